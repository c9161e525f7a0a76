// Squares of weights turned for the gradient of the image.
#pragma once

#include <cstdint>

namespace luge::cpu::conv {

/// to = fromᵀ, both of `lanes` by `lanes` numbers; lanes is 8 or 16.
void turn_square(std::int64_t lanes, const float* from, float* to);

}  // namespace luge::cpu::conv
