#include "core/device_memory.h"

#include <fmt/format.h>
#if defined(__linux__)
#include <sys/mman.h>
#endif

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <new>

#include "luge/error.h"

namespace luge {
namespace {

// Large buffers lie in large pages where the system has them: kernels that walk along dozens of streams at
// once would wait for page tables. Only whole large pages are asked for, so nothing more becomes resident.
void use_large_pages([[maybe_unused]] std::byte* data, [[maybe_unused]] std::size_t bytes) {
#if defined(__linux__)
  constexpr std::uintptr_t large = std::uintptr_t{2} << 20;
  const auto begin = (reinterpret_cast<std::uintptr_t>(data) + large - 1) / large * large;
  const auto end = (reinterpret_cast<std::uintptr_t>(data) + bytes) / large * large;
  if (begin < end) ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
#endif
}

class HostMemory final : public DeviceMemory {
 public:
  const Device& device() const override { return device_; }

  std::byte* allocate(std::size_t bytes) override {
    // One line more than needed, for vector loads; an empty buffer has two as well.
    const std::size_t padded = (std::max<std::size_t>(bytes, 1) + 2 * line - 1) / line * line;
    if (padded < bytes) throw MemoryError(fmt::format("cannot allocate {} bytes: the size overflows", bytes));
    auto* data = static_cast<std::byte*>(::operator new(padded, std::align_val_t(line), std::nothrow));
    if (!data) {
      throw MemoryError(fmt::format(
          "cannot allocate {} bytes; use a smaller batch, or `luge plan` to see what needs them", bytes));
    }
    use_large_pages(data, padded);
    std::memset(data + (padded - 2 * line), 0, 2 * line);
    return data;
  }
  void release(std::byte* data) noexcept override { ::operator delete(data, std::align_val_t(line)); }

  void copy_from_host(void* to, const void* from, std::size_t bytes, Stream) override {
    copy(to, from, bytes, {});
  }
  void copy_to_host(void* to, const void* from, std::size_t bytes, Stream) override {
    copy(to, from, bytes, {});
  }
  void copy(void* to, const void* from, std::size_t bytes, Stream) override {
    if (bytes) std::memcpy(to, from, bytes);
  }

 private:
  static constexpr std::size_t line = 64;
  Device device_;
};

}  // namespace

std::string Device::to_string() const { return index == 0 ? kind : fmt::format("{}:{}", kind, index); }

DeviceMemory& host_memory() {
  static DeviceMemory& memory = *new HostMemory;  // never destroyed: static destructors free buffers
  return memory;
}

}  // namespace luge
