#include "tasks/heat_maps.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "luge/ops/math.h"
#include "luge/ops/shape.h"

namespace luge::tasks {
namespace {

// How far the top of a parabola through three logarithms is from the middle one; at the edge it is 0.
double offset(double before, double at, double after) {
  constexpr double kLeast = 1e-12;
  if (!(before > kLeast && at > kLeast && after > kLeast)) return 0;
  const double a = std::log(before), b = std::log(at), c = std::log(after);
  const double bend = a - 2 * b + c;
  return bend < -kLeast ? std::clamp((a - c) / (2 * bend), -0.5, 0.5) : 0;
}

}  // namespace

Tensor gaussian(const Tensor& center, std::int64_t extent, double sigma) {
  std::vector<float> positions(static_cast<std::size_t>(extent));
  for (std::size_t k = 0; k < positions.size(); ++k) positions[k] = static_cast<float>(k);
  return exp(square(unsqueeze(center, center.rank()) - cast(tensor(positions, {extent}), center.dtype())) *
             (-0.5 / (sigma * sigma)));
}

Peak peak_of(std::span<const float> map, std::int64_t height, std::int64_t width) {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  if (std::any_of(map.begin(), map.end(), [](float x) { return std::isnan(x); }))
    return {kNone, kNone, kNone};
  const std::int64_t best = std::max_element(map.begin(), map.end()) - map.begin();
  const std::int64_t row = best / width, column = best % width;
  const auto at = [&](std::int64_t y, std::int64_t x) -> double {
    const bool inside = x >= 0 && y >= 0 && x < width && y < height;
    return inside ? map[static_cast<std::size_t>(y * width + x)] : 0;
  };
  return {static_cast<double>(column) + offset(at(row, column - 1), at(row, column), at(row, column + 1)),
          static_cast<double>(row) + offset(at(row - 1, column), at(row, column), at(row + 1, column)),
          map[static_cast<std::size_t>(best)]};
}

}  // namespace luge::tasks
