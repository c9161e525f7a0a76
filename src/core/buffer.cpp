#include "core/buffer.h"

#include <fmt/format.h>
#if defined(__linux__)
#include <sys/mman.h>
#endif

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

#include "luge/error.h"

namespace luge {
namespace {

// Large buffers use large pages where the system has them: kernels that walk along dozens of streams at
// once would wait for page tables. Only whole large pages are asked for, so nothing more becomes resident.
void use_large_pages([[maybe_unused]] std::byte* data, [[maybe_unused]] std::size_t bytes) {
#if defined(__linux__)
  constexpr std::uintptr_t large = std::uintptr_t{2} << 20;
  const auto begin = (reinterpret_cast<std::uintptr_t>(data) + large - 1) / large * large;
  const auto end = (reinterpret_cast<std::uintptr_t>(data) + bytes) / large * large;
  if (begin < end) ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
#endif
}

}  // namespace

Buffer::Buffer(std::size_t bytes, LayoutId layout) : bytes_(bytes), layout_(layout) {
  constexpr std::size_t line = 64;
  // One line more than needed, for vector loads; an empty buffer has two as well.
  const std::size_t padded = (std::max<std::size_t>(bytes, 1) + 2 * line - 1) / line * line;
  if (padded < bytes) throw MemoryError(fmt::format("cannot allocate {} bytes: the size overflows", bytes));
  data_ = static_cast<std::byte*>(::operator new(padded, std::align_val_t(line), std::nothrow));
  if (!data_) {
    throw MemoryError(fmt::format(
        "cannot allocate {} bytes; use a smaller batch, or `luge plan` to see what needs them", bytes));
  }
  use_large_pages(data_, padded);
  std::memset(data_ + (padded - 2 * line), 0, 2 * line);
}

Buffer::~Buffer() { ::operator delete(data_, std::align_val_t(64)); }

}  // namespace luge
