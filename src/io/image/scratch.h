// Memory of pictures that is used again on the same thread: a fresh block of a few hundred kilobytes costs as
// much as resizing the picture in it.
#pragma once

#include <cstdint>
#include <vector>

namespace luge::io {

/// `bytes` bytes with any values. Throws std::bad_alloc.
std::vector<std::uint8_t> take_bytes(std::size_t bytes);
/// Lets the next take_bytes of this thread have the memory, unless it is very large.
void give_back(std::vector<std::uint8_t> bytes);

}  // namespace luge::io
