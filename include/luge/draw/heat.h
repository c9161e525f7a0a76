// Numbers laid over a picture as colors.
#pragma once

#include <cstdint>
#include <vector>

#include "luge/io/image.h"

namespace luge::draw {

/// Returns the picture in gray with a grid of `rows` x `columns` numbers over all of it, interpolated between
/// the centers of its cells: yellow to red from 0 to the largest magnitude, blue below 0, nothing where they
/// are 0 or not finite. Throws ValueError when `values` are not rows · columns.
io::Image heat_over(const io::Image& picture, const std::vector<float>& values, std::int64_t rows,
                    std::int64_t columns);

/// Returns numbers as gray levels, the smallest black and the largest white; what is not finite is black.
/// Throws ValueError when `values` are not rows · columns.
io::Image levels_of(const std::vector<float>& values, std::int64_t rows, std::int64_t columns);

}  // namespace luge::draw
