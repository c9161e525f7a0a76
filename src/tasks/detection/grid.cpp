#include "tasks/detection/grid.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "luge/error.h"
#include "luge/ops/math.h"
#include "luge/ops/shape.h"

namespace luge::tasks {

std::vector<Shape> shapes_of(const NamedTensors& outputs) {
  std::vector<Shape> shapes;
  for (const auto& [name, output] : outputs) shapes.push_back(output.shape());
  return shapes;
}

Grid grid_of(const std::string& who, const std::vector<Shape>& outputs, const Shape& pictures,
             const std::vector<data::BoxExtent>& anchors, std::int64_t each) {
  if (anchors.empty())
    throw ValueError(
        fmt::format("{}: there are no anchors; the step anchors of the recipe finds them in the "
                    "training data",
                    who));
  const auto count = static_cast<std::int64_t>(outputs.size());
  if (count * each != static_cast<std::int64_t>(anchors.size())) {
    throw ShapeError(fmt::format(
        "{}: the network has {} outputs, and there are {} anchors for {} with {} in "
        "each cell; task.scales={} learns as many as it has",
        who, count, anchors.size(), static_cast<std::int64_t>(anchors.size()) / each, each, count));
  }
  Grid grid{.each = each, .numbers = 0, .scales = {}, .anchors = anchors};
  for (std::size_t k = 0; k < outputs.size(); ++k) {
    const Shape& shape = outputs[k];
    const bool map =
        shape.rank() == 4 && shape[1] % each == 0 && shape[1] / each > 5 && shape[2] > 0 && shape[3] > 0;
    if (!map || (grid.numbers > 0 && shape[1] / each != grid.numbers)) {
      throw ShapeError(fmt::format("{}: output {} is {}; expected [rows,{}·(5 + classes),height,width]", who,
                                   k, shape.to_string(), each));
    }
    grid.numbers = shape[1] / each;
    grid.scales.push_back({.output = k,
                           .height = shape[2],
                           .width = shape[3],
                           .cell_height = static_cast<double>(pictures[2]) / static_cast<double>(shape[2]),
                           .cell_width = static_cast<double>(pictures[3]) / static_cast<double>(shape[3])});
  }
  std::stable_sort(grid.scales.begin(), grid.scales.end(),
                   [](const Scale& a, const Scale& b) { return a.cells() > b.cells(); });
  std::int64_t first = 0;
  for (Scale& scale : grid.scales) scale.first = first, first += each * scale.cells();
  return grid;
}

Tensor numbers_of(const NamedTensors& outputs, const Grid& grid) {
  const Tensors maps = outputs.values();
  Tensors all;
  for (const Scale& scale : grid.scales) {
    const Tensor by_box = unflatten(cast(maps[scale.output], f32), 1, Shape{grid.each, grid.numbers});
    all.push_back(flatten(permute(by_box, {0, 1, 3, 4, 2}), 1, 3));
  }
  return all.size() == 1 ? all[0] : concat(all, 1);
}

}  // namespace luge::tasks
