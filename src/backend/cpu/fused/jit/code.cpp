#include "backend/cpu/fused/jit/code.h"

#include <sys/mman.h>

#include <cstring>

#include "hwy/targets.h"

namespace luge::tiles::jit {
namespace {

thread_local int disabled = 0;

}  // namespace

std::shared_ptr<const Code> Code::make(std::span<const std::uint8_t> bytes) {
  if (bytes.empty()) return nullptr;
  void* memory = ::mmap(nullptr, bytes.size(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return nullptr;
  std::memcpy(memory, bytes.data(), bytes.size());
  if (::mprotect(memory, bytes.size(), PROT_READ | PROT_EXEC) != 0) {
    ::munmap(memory, bytes.size());
    return nullptr;
  }
  return std::shared_ptr<const Code>(new Code(memory, bytes.size()));
}

Code::~Code() { ::munmap(memory_, bytes_); }

std::optional<Isa> instruction_set() {
#if defined(__x86_64__) && defined(__linux__)
  const auto supported = hwy::SupportedTargets();
  if (supported & HWY_AVX3) return Isa::avx512;
  if (supported & HWY_AVX2) return Isa::avx2;
#endif
  return std::nullopt;
}

bool enabled() { return disabled == 0 && instruction_set().has_value(); }
Disabled::Disabled() { ++disabled; }
Disabled::~Disabled() { --disabled; }

}  // namespace luge::tiles::jit
