#include "backend/cpu/x64/code.h"

#include <sys/mman.h>

#include <cstring>
#include <mutex>
#include <string>
#include <unordered_map>

#include "hwy/targets.h"

namespace luge::cpu::x64 {
namespace {

// Code that plans own now, by its bytes. Updates of many parameters are the same loop.
struct CodesInUse {
  std::mutex mutex;
  std::unordered_map<std::string, std::weak_ptr<const Code>> codes;
};
CodesInUse& codes_in_use() {
  static CodesInUse& all = *new CodesInUse;
  return all;
}

}  // namespace

std::shared_ptr<const Code> Code::make(std::span<const std::uint8_t> bytes) {
  if (bytes.empty()) return nullptr;
  CodesInUse& all = codes_in_use();
  const std::lock_guard lock(all.mutex);
  std::weak_ptr<const Code>& known = all.codes[std::string(bytes.begin(), bytes.end())];
  if (std::shared_ptr<const Code> same = known.lock()) return same;
  if (all.codes.size() % 256 == 0)
    std::erase_if(all.codes,
                  [&](const auto& entry) { return entry.second.expired() && &entry.second != &known; });
  void* memory = ::mmap(nullptr, bytes.size(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return nullptr;
  std::memcpy(memory, bytes.data(), bytes.size());
  if (::mprotect(memory, bytes.size(), PROT_READ | PROT_EXEC) != 0) {
    ::munmap(memory, bytes.size());
    return nullptr;
  }
  std::shared_ptr<const Code> made(new Code(memory, bytes.size()));
  known = made;
  return made;
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

}  // namespace luge::cpu::x64
