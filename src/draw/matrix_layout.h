// Where everything of `confusion_matrix` is.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "draw/canvas.h"
#include "luge/draw/confusion_matrix.h"

namespace luge::draw {

/// What is written in a cell.
enum class CellText { none, count, count_and_share };

struct MatrixLayout {
  Extent extent;
  Rect body, bar;
  double cell = 1;                // the side of a cell
  std::int64_t classes_each = 1;  // classes of a row or column of cells
  std::int64_t label_every = 1;   // of the cells
  double label_size = 11, row_label_width = 0, column_label_height = 0;
  double column_degrees = 0;
  double title_height = 0;
  double root = 2;  // of the shares, in shades
  CellText text = CellText::none;
  double text_size = 11;

  std::int64_t cells(std::int64_t classes) const { return (classes + classes_each - 1) / classes_each; }
  Rect cell_at(std::int64_t row, std::int64_t column) const {
    return {body.x + static_cast<double>(column) * cell, body.y + static_cast<double>(row) * cell, cell,
            cell};
  }
};
MatrixLayout lay_out(const ConfusionMatrix& matrix, Canvas& ruler);

Text title_of(const ConfusionMatrix& matrix, double width);
/// The name of a class: its number where it has none.
std::string class_of(const ConfusionMatrix& matrix, std::int64_t k);

}  // namespace luge::draw
