// grid_sample, affine_grid: an image read at positions that are data, and the positions of an affine map
// (ONNX GridSample and AffineGrid, PyTorch grid_sample and affine_grid). All corners around a position are
// gathered and weighted, so that gradients of every order follow.
#include <fmt/format.h>

#include "luge/ops/compare.h"
#include "luge/ops/image.h"
#include "luge/ops/index.h"
#include "luge/ops/linalg.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "ops/checks.h"
#include "ops/wide.h"

namespace luge {
namespace {

void check_grid(const Type& x, const Type& grid) {
  constexpr std::string_view op = "grid_sample";
  check_float(op, x);
  check_same_dtype(op, x, grid);
  check_rank_between(op, "input", x, 4, 5);
  check_rank(op, "grid", grid, x.shape.rank());
  check_extent(op, "grid", grid, x.shape.rank() - 1, x.shape.rank() - 2);
  if (x.shape[0] != unknown) check_extent(op, "grid", grid, 0, x.shape[0]);
  for (int axis = 2; axis < x.shape.rank(); ++axis) {
    if (x.shape[axis] == 0) {
      throw ShapeError(fmt::format("{}: input {} has no elements on axis {}; expected 1 or more", op,
                                   x.shape.to_string(), axis));
    }
  }
}

// Positions in [-1, 1] as indices of an axis with `extent` elements, where border and reflection bring them
// inside. What is not finite is far outside, as in PyTorch.
Tensor indices_of(const Tensor& position, const Tensor& extent, const GridSampleOptions& options) {
  const bool corners = options.align_corners;
  const Tensor found = corners ? (position + 1) * ((extent - 1) / 2) : ((position + 1) * extent - 1) / 2;
  const Tensor at = where(isfinite(found), found, -100);
  if (options.border == GridBorder::zeros) return at;
  if (options.border == GridBorder::border) return clamp(at, 0, extent - 1);
  // Reflected between the centers of the outer elements, or between their edges.
  const Tensor low = corners ? extent * 0 : extent * 0 - 0.5, span = corners ? extent - 1 : extent;
  const Tensor safe = maximum(span, 1);  // one element: its center is everywhere
  const Tensor distance = abs(at - low), rest = mod(distance, safe);
  const Tensor odd = not_equal(remainder(floor_divide(stop_gradient(distance), safe), 2), 0);
  const Tensor reflected = where(odd, span - rest, rest) + low;
  return clamp(reflected, 0, extent - 1);
}

struct Corner {
  Tensor index;   // i64 [N,L], in the image's spatial axes
  Tensor weight;  // [N,L]; 0 outside
};

class Reader {
 public:
  Reader(const Tensor& x, const Tensor& grid, const GridSampleOptions& options)
      : mode_(options.mode), flat_(flatten(x, 2)) {
    const int spatial = x.rank() - 2;
    for (int k = 0; k < spatial; ++k) {
      // The grid's last axis counts from the last axis of the image.
      const Tensor position = flatten(select(grid, -1, spatial - 1 - k), 1);
      extents_.push_back(count(x, k + 2, x.dtype()));
      at_.push_back(indices_of(position, extents_.back(), options));
    }
  }

  Tensor read() const {
    const std::size_t axes = at_.size();
    if (mode_ == Sampling::nearest) {
      Tensors near;
      for (const Tensor& each : at_) near.push_back(round(each));
      return read(corner(near, {}));
    }
    Tensor sum;
    for (std::size_t corners = 0; corners < std::size_t{1} << axes; ++corners) {
      Tensors index, weight;
      for (std::size_t k = 0; k < axes; ++k) {
        const Tensor low = floor(at_[k]), up = at_[k] - low;
        const bool upper = (corners >> k & 1) != 0;
        index.push_back(upper ? low + 1 : low);
        weight.push_back(upper ? up : 1 - up);
      }
      const Tensor part = read(corner(index, weight));
      sum = sum.defined() ? sum + part : part;
    }
    return sum;
  }

 private:
  Corner corner(const Tensors& index, const Tensors& weights) const {
    Tensor row, weight, seen;
    for (std::size_t k = 0; k < index.size(); ++k) {
      const Tensor last = extents_[k] - 1;
      const Tensor inside = logical_and(greater_equal(index[k], 0), less_equal(index[k], last));
      const Tensor at = cast(clamp(stop_gradient(index[k]), 0, last), i64), extent = cast(extents_[k], i64);
      row = row.defined() ? row * extent + at : at;
      seen = seen.defined() ? logical_and(seen, inside) : inside;
      if (!weights.empty()) weight = weight.defined() ? weight * weights[k] : weights[k];
    }
    return {row, weight.defined() ? where(seen, weight, 0) : cast(seen, flat_.dtype())};
  }

  // [N,C,L]: each channel at the corner, times its weight.
  Tensor read(const Corner& corner) const {
    const Tensor weight = unsqueeze(corner.weight, 1);
    const Tensor like = slice(flat_, {.axis = 2, .stop = 1}) + weight;  // for its shape alone
    const Tensor index = broadcast_like(unsqueeze(corner.index, 1), like);
    return gather(flat_, index, 2) * weight;
  }

  Sampling mode_;
  Tensor flat_;           // [N,C,elements]
  Tensors extents_, at_;  // by spatial axis: rank 0, and [N,L]
};

}  // namespace

Tensor grid_sample(const Tensor& x, const Tensor& grid, const GridSampleOptions& options) {
  check_grid({x.dtype(), x.shape()}, {grid.dtype(), grid.shape()});
  const Tensor values = Reader(to_accumulator(x), to_accumulator(grid), options).read();  // [N,C,L]
  Tensor like = x;  // for its shape alone: the channels of x, the other extents of the grid
  for (int axis = 2; axis < x.rank(); ++axis) like = slice(like, {.axis = axis, .stop = 1});
  return cast(reshape_like(values, like + unsqueeze(select(grid, -1, 0), 1)), x.dtype());
}

Tensor affine_grid(const Tensor& theta, const std::vector<std::int64_t>& output, bool align_corners) {
  constexpr std::string_view op = "affine_grid";
  const Type type{theta.dtype(), theta.shape()};
  check_float(op, type);
  const int spatial = static_cast<int>(output.size());
  if (spatial != 2 && spatial != 3)
    throw ValueError(fmt::format("{}: output has {} extents; expected 2 or 3", op, spatial));
  check_rank(op, "theta", type, 3);
  check_extent(op, "theta", type, 1, spatial);
  check_extent(op, "theta", type, 2, spatial + 1);
  for (const std::int64_t extent : output) {
    if (extent < 1) throw ValueError(fmt::format("{}: an extent is {}; expected 1 or more", op, extent));
  }
  const DType dtype = accumulator(theta.dtype());
  const Shape shape(output);
  Tensors columns;  // positions along the last axis first, then 1
  for (int axis = spatial - 1; axis >= 0; --axis) {
    const std::int64_t extent = shape[axis];
    const Tensor index = cast(flatten(iota_like(zeros(shape, u8), axis)), dtype);
    const double steps = static_cast<double>(align_corners ? extent - 1 : extent);
    columns.push_back(align_corners ? index * (extent > 1 ? 2 / steps : 0) - (extent > 1 ? 1 : 0)
                                    : (index * 2 + 1) / steps - 1);
  }
  columns.push_back(ones_like(columns[0]));
  const Tensor grid = matmul(stack(columns, -1), transpose(to_accumulator(theta)));  // [elements, axes]
  return cast(unflatten(grid, 1, shape), theta.dtype());
}

}  // namespace luge
