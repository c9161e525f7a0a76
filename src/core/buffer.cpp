#include "core/buffer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

#include "luge/error.h"

namespace luge {

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
  std::memset(data_ + (padded - 2 * line), 0, 2 * line);
}

Buffer::~Buffer() { ::operator delete(data_, std::align_val_t(64)); }

}  // namespace luge
