// Memory that was freed and that the allocator has kept.
#pragma once

#include <cstddef>

namespace luge {

/// Tells that small blocks of this many bytes were allocated or released between large ones: now and then
/// what is free between them is given back to the system, as it would never be of one piece again.
void heap_was_churned(std::size_t bytes);

}  // namespace luge
