// Numbers that are ints because -1 has a meaning, used as indices.
#pragma once

#include <cstddef>

namespace luge {

/// A number that is 0 or more, as the index of a container.
constexpr std::size_t at(int index) { return static_cast<std::size_t>(index); }

}  // namespace luge
