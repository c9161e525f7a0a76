// Functions that rearrange elements.
/// @file
/// They take every dtype and keep it. Extents and axes that do not match throw ShapeError. Negative axes
/// count from the end. Gradients go back to where each element came from.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "luge/ops/axes.h"
#include "luge/ops/operand.h"
#include "luge/tensor.h"

namespace luge {

/// Returns the elements of x, in row-major order, under another shape. One extent may be -1 (luge::unknown);
/// it follows from the number of elements. Source: ONNX Reshape.
Tensor reshape(const Tensor& x, const Shape& shape);
/// Returns x with the axes first … last merged into one. A rank-0 tensor gets one axis of extent 1. Source:
/// PyTorch flatten.
Tensor flatten(const Tensor& x, int first = 0, int last = -1);
/// Returns x with one axis split into several. One of their extents may be -1. Source: PyTorch unflatten.
Tensor unflatten(const Tensor& x, int axis, const Shape& extents);
/// Returns x without these axes, whose extent must be 1. When no axes are given, all axes of extent 1 are
/// removed. Source: ONNX Squeeze.
Tensor squeeze(const Tensor& x, const Axes& axes = {});
/// Returns x with new axes of extent 1 at these positions of the result. Source: ONNX Unsqueeze.
Tensor unsqueeze(const Tensor& x, const Axes& axes);

/// Returns x with two axes exchanged, by default the last two. Source: PyTorch transpose.
Tensor transpose(const Tensor& x, int axis_a = -2, int axis_b = -1);
/// Returns x with its axes in another order: axis k of the result is axis order[k] of x. Source: ONNX
/// Transpose, PyTorch permute.
Tensor permute(const Tensor& x, const std::vector<int>& order);

/// Returns x repeated along axes of extent 1 and along new leading axes until it has `shape`. An extent of -1
/// keeps the extent of x. The gradient is the sum over the copies. Source: NumPy broadcast_to.
Tensor broadcast_to(const Tensor& x, const Shape& shape);
/// Returns x broadcast together with `shape`: where an extent of `shape` is 1, the extent of x stays. Source:
/// ONNX Expand.
Tensor expand(const Tensor& x, const Shape& shape);

/// Returns the parts joined one after the other along an axis. Their other extents and their dtypes must be
/// equal. Throws ValueError for no parts. Source: ONNX Concat.
Tensor concat(const Tensors& parts, int axis = 0);
/// Returns the parts, which have one shape, joined along a new axis. Throws ValueError for no parts. Source:
/// PyTorch stack.
Tensor stack(const Tensors& parts, int axis = 0);
/// Returns parts of x with these extents along an axis. The extents must add up to the extent of the axis.
/// Source: ONNX Split.
Tensors split(const Tensor& x, const std::vector<std::int64_t>& extents, int axis = 0);
/// Returns parts of x with the extent ⌈n/count⌉ along an axis of extent n. The last part may be shorter, and
/// there may be fewer than `count` parts. Throws ValueError for a count below 1. Source: PyTorch chunk.
Tensors chunk(const Tensor& x, std::int64_t count, int axis = 0);

/// Options of slice: which elements of an axis are taken.
struct SliceOptions {
  /// As a stop: take all remaining elements in the direction of the step.
  static constexpr std::int64_t end = std::numeric_limits<std::int64_t>::max();
  int axis = 0;            ///< the axis
  std::int64_t start = 0;  ///< the first index; negative: from the end of the axis
  /// The index before which the slice stops; negative: from the end of the axis.
  std::int64_t stop = end;
  /// The distance of two elements. A negative step goes backwards; start = end then means the last element.
  std::int64_t step = 1;
};
/// Returns each step-th element of an axis from `start` to before `stop`. Bounds outside the axis are moved
/// onto it. Throws ValueError for step 0. Source: ONNX Slice.
Tensor slice(const Tensor& x, SliceOptions options);
/// Returns the elements start, start + 1, … before `stop` of one axis.
Tensor slice(const Tensor& x, int axis, std::int64_t start, std::int64_t stop);
/// Returns the slice at one index of an axis, without that axis. A negative index counts from the end. Throws
/// ShapeError when the index is out of range. Source: PyTorch select.
Tensor select(const Tensor& x, int axis, std::int64_t index);

/// What pad fills the new elements with.
enum class PadMode : std::uint8_t {
  constant,   ///< a value: a b c → v v a b c v v
  reflect,    ///< the mirror image without the border: a b c → c b a b c b a; pads must be below the extent
  replicate,  ///< the border: a b c → a a a b c c c; the axis must not be empty
  circular,   ///< the other end: a b c → b c a b c a b; pads must not exceed the extent
};
/// How many elements pad adds to one axis.
struct AxisPad {
  int axis = 0;             ///< the axis
  std::int64_t before = 0;  ///< the number of elements before it
  std::int64_t after = 0;   ///< the number of elements after it
};
/// Options of pad.
struct PadOptions {
  PadMode mode = PadMode::constant;  ///< what the new elements are
  Scalar value = 0;                  ///< the value of PadMode::constant
};
/// Returns x extended along axes. Throws ValueError for a negative pad (write slice) and ShapeError for more
/// elements than the mode can give. Source: ONNX Pad, PyTorch functional.pad.
Tensor pad(const Tensor& x, const std::vector<AxisPad>& pads, PadOptions options = {});

/// Returns x repeated as a whole: repeats[k] times along axis k. When there are fewer numbers than axes they
/// are those of the last axes. Throws ValueError for a negative number. Source: NumPy tile.
Tensor tile(const Tensor& x, const std::vector<std::int64_t>& repeats);
/// Returns x with each element of an axis repeated `times` times in a row. Throws ValueError for a negative
/// number. Source: NumPy repeat, PyTorch repeat_interleave.
Tensor repeat(const Tensor& x, std::int64_t times, int axis);
/// Returns x with its elements moved by `shift` along an axis. Elements that leave at one end come in at the
/// other. Source: NumPy roll.
Tensor roll(const Tensor& x, std::int64_t shift, int axis);
/// Returns x with its elements in reverse order along the axes; no axes means all axes. Source: PyTorch flip.
Tensor flip(const Tensor& x, const Axes& axes = {});

/// Returns x with 0 below a diagonal of the last two axes. The diagonal is `offset` elements above the main
/// diagonal. Source: ONNX Trilu.
Tensor triu(const Tensor& x, std::int64_t offset = 0);
/// Returns x with 0 above a diagonal of the last two axes. The diagonal is `offset` elements above the main
/// diagonal. Source: ONNX Trilu.
Tensor tril(const Tensor& x, std::int64_t offset = 0);
/// Returns a matrix [n+|offset|, n+|offset|] with a vector x [n] on a diagonal, or the diagonal of a matrix x
/// as a vector. The diagonal is `offset` elements above the main diagonal. Source: PyTorch diag.
Tensor diag(const Tensor& x, std::int64_t offset = 0);

/// How depth_to_space and space_to_depth number the channels; C' is the number of channels of the larger
/// image.
enum class DepthOrder : std::uint8_t {
  depth_column_row,  ///< channel = (row · block + column) · C' + c'  (ONNX DCR)
  column_row_depth,  ///< channel = (c' · block + row) · block + column  (ONNX CRD, PyTorch pixel_shuffle)
};
/// Returns [N, C, H·block, W·block] from x [N, C·block², H, W]: channels become blocks of pixels. Throws
/// ValueError for a block below 1. Source: ONNX DepthToSpace.
Tensor depth_to_space(const Tensor& x, std::int64_t block, DepthOrder order = DepthOrder::depth_column_row);
/// Returns [N, C·block², H, W] from x [N, C, H·block, W·block]: the inverse of depth_to_space of the same
/// order. Throws ValueError for a block below 1. Source: ONNX SpaceToDepth.
Tensor space_to_depth(const Tensor& x, std::int64_t block, DepthOrder order = DepthOrder::depth_column_row);

// The *_like functions take a shape from a tensor and not from numbers, so that a graph that was made for one
// batch size also serves another. They use only the shape (and dtype) of `like`: its elements are not read
// and no gradient goes to it.

/// Returns the elements of x under the shape of `like`.
Tensor reshape_like(const Tensor& x, const Tensor& like);
/// Returns x broadcast to the shape of `like`.
Tensor broadcast_like(const Tensor& x, const Tensor& like);
/// Returns x summed to the shape of `like`: over the axes along which `like` broadcasts to the shape of x.
Tensor sum_like(const Tensor& x, const Tensor& like);
/// Returns zeros of the shape and dtype of `like`.
Tensor zeros_like(const Tensor& like);
/// Returns ones of the shape and dtype of `like`.
Tensor ones_like(const Tensor& like);
/// Returns a tensor of the shape and dtype of `like` whose elements all have one value.
Tensor full_like(const Tensor& like, Scalar value);
/// Returns the index of each element along an axis, i64, in the shape of `like`.
Tensor iota_like(const Tensor& like, int axis);

}  // namespace luge
