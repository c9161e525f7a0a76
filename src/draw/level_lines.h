// Level lines: where a function on a grid has a value.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "draw/canvas.h"

namespace luge::draw {

/// Values of a function at the points of a grid, row by row.
struct Grid {
  std::int64_t columns = 0, rows = 0;
  std::vector<double> values;
  double at(std::int64_t column, std::int64_t row) const {
    return values[static_cast<std::size_t>(row * columns + column)];
  }
};

/// The lines where the grid has this value, joined as far as they go; coordinates are columns and rows. A
/// cell with a corner that is not finite has none. Source: marching squares; a cell with two opposite corners
/// above is divided by the mean of its corners.
std::vector<std::vector<Point>> level_lines(const Grid& grid, double level);

/// `count` levels between the least and the largest finite value, denser near the least.
std::vector<double> usual_levels(std::span<const double> values, std::int64_t count);

}  // namespace luge::draw
