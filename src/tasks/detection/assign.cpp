#include "tasks/detection/assign.h"

#include "luge/ops/compare.h"
#include "luge/ops/index.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"

namespace luge::tasks {
namespace {

// Numbers of the anchors, to be combined with those of true boxes [rows,boxes,1,1].
struct Anchors {
  explicit Anchors(const Grid& g)
      : width(of(g, [&](std::size_t k) { return g.anchors[k].width; })),
        height(of(g, [&](std::size_t k) { return g.anchors[k].height; })),
        cell_width(of(g, [&](std::size_t k) { return g.scale_of(k).cell_width; })),
        cell_height(of(g, [&](std::size_t k) { return g.scale_of(k).cell_height; })),
        columns(of(g, [&](std::size_t k) { return g.scale_of(k).width; })),
        rows(of(g, [&](std::size_t k) { return g.scale_of(k).height; })),
        first(of(g, [&](std::size_t k) {
          const Scale& scale = g.scale_of(k);
          return scale.first + static_cast<std::int64_t>(k) % g.each * scale.cells();
        })) {}
  template <class Function>
  static Tensor of(const Grid& grid, const Function& number) {
    return unsqueeze(by_anchor(grid, number), 1);  // [anchors,1]
  }
  Tensor width, height, cell_width, cell_height, columns, rows, first;
};

Tensor on_anchors(const Tensor& of_truths) { return unsqueeze(of_truths, {2, 3}); }

// The iou of true boxes and anchors with one center: [rows,boxes,anchors,1].
Tensor fit_of(const Truths& truths, const Anchors& anchors) {
  const Tensor width = on_anchors(truths.width()), height = on_anchors(truths.height());
  const Tensor shared = minimum(width, anchors.width) * minimum(height, anchors.height);
  return shared / (width * height + anchors.width * anchors.height - shared);
}

// True for the first of the anchors that fit best.
Tensor is_best(const Truths& truths, const Anchors& anchors) {
  const Tensor fit = fit_of(truths, anchors);
  return equal(iota_like(fit, 2), argmax(fit, 2, Keep::yes));
}

// Pairs of each true box, each anchor and each step to a cell: where `wanted` [rows,boxes,anchors,1] is true
// and the cell exists. `neighbors` says whether those of the cell are taken, too.
Pairs pairs_of(const Truths& truths, const Anchors& anchors, const Tensor& wanted, bool neighbors) {
  const Tensor x = on_anchors(truths.center_x()) / anchors.cell_width,
               y = on_anchors(truths.center_y()) / anchors.cell_height;
  const Tensor column = clamp(floor(x), 0, anchors.columns - 1), row = clamp(floor(y), 0, anchors.rows - 1);
  const auto toward = [](const Tensor& at, const Tensor& cell) {
    return where(less(at - cell, 0.5), -1, ones_like(at));
  };
  const Tensor sideways = neighbors ? tensor<float>({0, 1, 0}, {3}) : zeros({1}),
               down = neighbors ? tensor<float>({0, 0, 1}, {3}) : zeros({1});
  const Tensor cell_x = column + toward(x, column) * sideways, cell_y = row + toward(y, row) * down;
  const Tensor inside = greater_equal(cell_x, 0) && less(cell_x, anchors.columns) &&
                        greater_equal(cell_y, 0) && less(cell_y, anchors.rows);
  const Tensor valid = inside && wanted && on_anchors(truths.valid);
  const Tensor blank = zeros_like(cell_x + cell_y);  // [rows,boxes,anchors,steps]
  const auto spread = [&](const Tensor& value) { return flatten(value + blank, 1, 3); };
  const Tensor position = where(valid, anchors.first + cell_y * anchors.columns + cell_x, 0);
  const Tensor corners = unsqueeze(truths.boxes, {2, 3}) + unsqueeze(blank, 4);
  return {.position = cast(flatten(position, 1, 3), i64),
          .valid = flatten(valid, 1, 3),
          .truth = flatten(corners, 1, 3),
          .label = cast(spread(on_anchors(cast(truths.labels, f32))), i64),
          .cell_x = spread(cell_x),
          .cell_y = spread(cell_y),
          .cell_width = spread(anchors.cell_width),
          .cell_height = spread(anchors.cell_height),
          .anchor_width = spread(anchors.width),
          .anchor_height = spread(anchors.height)};
}

}  // namespace

Pairs near_anchors(const Grid& grid, const Truths& truths, double ratio) {
  const Anchors anchors(grid);
  const Tensor wide = on_anchors(truths.width()) / anchors.width,
               high = on_anchors(truths.height()) / anchors.height;
  const Tensor worst = maximum(maximum(wide, 1 / wide), maximum(high, 1 / high));
  return pairs_of(truths, anchors, less(worst, ratio) || is_best(truths, anchors), true);
}

Pairs best_anchors(const Grid& grid, const Truths& truths) {
  const Anchors anchors(grid);
  return pairs_of(truths, anchors, is_best(truths, anchors), false);
}

Tensor at_pairs(const Tensor& values, const Pairs& pairs) {
  return gather_nd(values, unsqueeze(pairs.position, 2), {.batch_axes = 1});
}

}  // namespace luge::tasks
