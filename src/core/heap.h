// Memory that was freed and that the allocator has kept.
#pragma once

#include <cstddef>

namespace luge {

/// Tells that small blocks worth so many bytes came to stay or were let go between large ones: now and then
/// what lies free between them is given back to the system, as it would never be of one piece again.
void heap_was_churned(std::size_t bytes);

}  // namespace luge
