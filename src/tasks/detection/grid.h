// Where the outputs of a detector lie in the picture: maps of cells, in each cell some boxes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "luge/data/anchors.h"
#include "luge/named_tensors.h"
#include "luge/tensor.h"

namespace luge::tasks {

/// One map of cells.
struct Scale {
  std::size_t output = 0;                  // the index of the output of the network
  std::int64_t height = 0, width = 0;      // cells
  double cell_height = 0, cell_width = 0;  // pixels of a cell
  std::int64_t first = 0;                  // the position of its first box among those of all maps
  std::int64_t cells() const { return height * width; }
};

/// The boxes of all maps in one order: by map, the finest first; then by anchor, by row and by column.
struct Grid {
  std::int64_t each = 0;     // boxes in a cell
  std::int64_t numbers = 0;  // of a box: x, y, width, height, objectness and the classes
  std::vector<Scale> scales;
  std::vector<data::BoxExtent> anchors;  // those of the finest map first

  std::int64_t classes() const { return numbers - 5; }
  std::int64_t positions() const { return scales.back().first + each * scales.back().cells(); }
  const Scale& scale_of(std::size_t anchor) const { return scales[anchor / static_cast<std::size_t>(each)]; }
};

/// The grid of outputs [rows,each·numbers,height,width] of pictures [rows,channels,height,width]. Throws
/// ShapeError, beginning with `who`, when the outputs are not maps of such boxes or not as many as the
/// anchors are for.
Grid grid_of(const std::string& who, const std::vector<Shape>& outputs, const Shape& pictures,
             const std::vector<data::BoxExtent>& anchors, std::int64_t each);
/// The shapes of outputs, and of the picture, as grid_of takes them.
std::vector<Shape> shapes_of(const NamedTensors& outputs);

/// The numbers of all boxes, f32 [rows,positions,numbers].
Tensor numbers_of(const NamedTensors& outputs, const Grid& grid);

/// A number for each anchor, f32 [anchors].
template <class Function>
Tensor by_anchor(const Grid& grid, const Function& number) {
  std::vector<float> values;
  for (std::size_t k = 0; k < grid.anchors.size(); ++k) values.push_back(static_cast<float>(number(k)));
  return tensor(values, Shape{static_cast<std::int64_t>(values.size())});
}
/// A number for each position, f32 [positions], from the anchor, the row and the column of the cell.
template <class Function>
Tensor by_position(const Grid& grid, const Function& number) {
  std::vector<float> values;
  for (std::size_t k = 0; k < grid.anchors.size(); ++k) {
    const Scale& scale = grid.scale_of(k);
    for (std::int64_t y = 0; y < scale.height; ++y)
      for (std::int64_t x = 0; x < scale.width; ++x) values.push_back(static_cast<float>(number(k, y, x)));
  }
  return tensor(values, Shape{static_cast<std::int64_t>(values.size())});
}

}  // namespace luge::tasks
