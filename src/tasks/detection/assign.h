// Which boxes of a detector learn which true boxes.
#pragma once

#include "tasks/detection/grid.h"
#include "tasks/detection/truths.h"

namespace luge::tasks {

/// Pairs of a box of the grid and a true box: [rows,pairs]. Those that are not valid have position 0.
struct Pairs {
  Tensor position;                     // i64
  Tensor valid;                        // bool
  Tensor truth;                        // f32 [rows,pairs,4]
  Tensor label;                        // i64
  Tensor cell_x, cell_y;               // f32: column and row of the cell
  Tensor cell_width, cell_height;      // f32: pixels
  Tensor anchor_width, anchor_height;  // f32: pixels
};

/// Each true box with all anchors whose sides differ by a factor below `ratio`, and with the one that fits
/// best; in the cell of its center, and in the two nearest neighbors of that. Source: YOLOv5.
Pairs near_anchors(const Grid& grid, const Truths& truths, double ratio);
/// Each true box with the one anchor of all maps that has the largest iou with it, in the cell of its center.
/// Source: Redmon and Farhadi 2018.
Pairs best_anchors(const Grid& grid, const Truths& truths);

/// Values [rows,positions,…] at the positions of pairs: [rows,pairs,…].
Tensor at_pairs(const Tensor& values, const Pairs& pairs);

}  // namespace luge::tasks
