// Functions that rearrange elements. They take every dtype and keep it; extents and axes that do not fit
// throw ShapeError. Axes count from the end when negative. Gradients go back to where each element came from.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "luge/ops/axes.h"
#include "luge/ops/operand.h"
#include "luge/tensor.h"

namespace luge {

/// The same elements in row-major order under another shape; one extent may be -1 (luge::unknown) and is
/// found. Source: ONNX Reshape.
Tensor reshape(const Tensor& x, const Shape& shape);
/// Axes first to last as one; of a rank-0 tensor one axis of extent 1. Source: PyTorch flatten.
Tensor flatten(const Tensor& x, int first = 0, int last = -1);
/// One axis as several; one of their extents may be -1. Source: PyTorch unflatten.
Tensor unflatten(const Tensor& x, int axis, const Shape& extents);
/// Without these axes, whose extent must be 1; without all such axes when none are given. Source: ONNX
/// Squeeze.
Tensor squeeze(const Tensor& x, const Axes& axes = {});
/// With new axes of extent 1 at these places of the result. Source: ONNX Unsqueeze.
Tensor unsqueeze(const Tensor& x, const Axes& axes);

/// Two axes exchanged, the last two unless told. Source: PyTorch transpose.
Tensor transpose(const Tensor& x, int axis_a = -2, int axis_b = -1);
/// Axis k of the result is axis order[k] of x. Source: ONNX Transpose, PyTorch permute.
Tensor permute(const Tensor& x, const std::vector<int>& order);

/// x repeated along axes of extent 1 and new leading axes until it has `shape`; -1 keeps an extent. The
/// gradient is the sum over the copies. Source: NumPy broadcast_to.
Tensor broadcast_to(const Tensor& x, const Shape& shape);
/// x broadcast together with `shape`: an extent 1 of `shape` keeps x's. Source: ONNX Expand.
Tensor expand(const Tensor& x, const Shape& shape);

/// The parts one behind the other along an axis; other extents and dtypes equal, at least one part (else
/// ValueError). Source: ONNX Concat.
Tensor concat(const Tensors& parts, int axis = 0);
/// The parts, all of one shape, along a new axis. Source: PyTorch stack.
Tensor stack(const Tensors& parts, int axis = 0);
/// Parts with these extents along an axis; their sum must be the axis' extent. Source: ONNX Split.
Tensors split(const Tensor& x, const std::vector<std::int64_t>& extents, int axis = 0);
/// Parts of equal extent ⌈n/count⌉ along an axis, the last one shorter; fewer parts when they are used up
/// before. Source: PyTorch chunk.
Tensors chunk(const Tensor& x, std::int64_t count, int axis = 0);

struct SliceOptions {
  static constexpr std::int64_t end = std::numeric_limits<std::int64_t>::max();
  int axis = 0;
  std::int64_t start = 0;  // negative: from the end
  std::int64_t stop =
      end;  // exclusive; negative: from the end; left out: all that remain in the step's direction
  std::int64_t step = 1;  // negative: backwards, and then start left out as `end` means the last element
};
/// Every step-th element of an axis from start to before stop; bounds outside the axis are moved onto it.
/// Throws ValueError for step 0. Source: ONNX Slice.
Tensor slice(const Tensor& x, SliceOptions options);
/// The elements start, start + 1, … before stop of one axis.
Tensor slice(const Tensor& x, int axis, std::int64_t start, std::int64_t stop);
/// One place on an axis, which disappears. Source: PyTorch select.
Tensor select(const Tensor& x, int axis, std::int64_t index);

enum class PadMode : std::uint8_t {
  constant,   // a b c → v v a b c v v
  reflect,    // a b c → c b a b c b a   (pads < extent)
  replicate,  // a b c → a a a b c c c   (not an empty axis)
  circular,   // a b c → b c a b c a b   (pads ≤ extent)
};
/// Elements before and after one axis.
struct AxisPad {
  int axis = 0;
  std::int64_t before = 0;
  std::int64_t after = 0;
};
struct PadOptions {
  PadMode mode = PadMode::constant;
  Scalar value = 0;  // of the mode constant
};
/// x extended along axes. Negative pads throw ValueError (write slice). Source: ONNX Pad, PyTorch pad.
Tensor pad(const Tensor& x, const std::vector<AxisPad>& pads, PadOptions options = {});

/// The whole tensor repeats[k] times along axis k; fewer numbers than axes count for the last axes. Source:
/// NumPy tile.
Tensor tile(const Tensor& x, const std::vector<std::int64_t>& repeats);
/// Each element `times` times in a row along an axis. Source: NumPy repeat, PyTorch repeat_interleave.
Tensor repeat(const Tensor& x, std::int64_t times, int axis);
/// Elements moved by `shift` along an axis, those pushed out coming in at the other end. Source: NumPy roll.
Tensor roll(const Tensor& x, std::int64_t shift, int axis);
/// Axes reversed. Source: PyTorch flip.
Tensor flip(const Tensor& x, const Axes& axes = {});

/// The last two axes with 0 below (above) the diagonal `offset` places above the main one. Source: ONNX
/// Trilu.
Tensor triu(const Tensor& x, std::int64_t offset = 0);
Tensor tril(const Tensor& x, std::int64_t offset = 0);
/// A vector [n] as the diagonal of a matrix [n+|offset|, n+|offset|]; the diagonal of a matrix as a vector.
/// Source: PyTorch diag.
Tensor diag(const Tensor& x, std::int64_t offset = 0);

enum class DepthOrder : std::uint8_t {
  depth_column_row,  // channel = (row · block + column) · C' + c'  (ONNX DCR)
  column_row_depth,  // channel = (c' · block + row) · block + column  (ONNX CRD, PyTorch pixel_shuffle)
};
/// x [N, C·block², H, W] → [N, C, H·block, W·block]. Source: ONNX DepthToSpace.
Tensor depth_to_space(const Tensor& x, std::int64_t block, DepthOrder order = DepthOrder::depth_column_row);
/// x [N, C, H·block, W·block] → [N, C·block², H, W]; undoes depth_to_space of the same order. Source: ONNX
/// SpaceToDepth.
Tensor space_to_depth(const Tensor& x, std::int64_t block, DepthOrder order = DepthOrder::depth_column_row);

/// The *_like family: shapes taken from a tensor, never from a number, so that a graph made for one batch
/// serves another. `like` lends its shape only; its elements are not read and no gradient goes to it.
Tensor reshape_like(const Tensor& x, const Tensor& like);
Tensor broadcast_like(const Tensor& x, const Tensor& like);
/// x summed over the axes along which `like` would be broadcast to reach the shape of x.
Tensor sum_like(const Tensor& x, const Tensor& like);
Tensor zeros_like(const Tensor& like);
Tensor ones_like(const Tensor& like);
Tensor full_like(const Tensor& like, Scalar value);
/// The index i64 of each element along an axis.
Tensor iota_like(const Tensor& like, int axis);

}  // namespace luge
