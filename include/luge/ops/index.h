// Functions that read or add at positions that are data.
/// @file
/// Indices have any integer dtype, count from 0 and have no gradient. An index that is negative or not below
/// the extent of the axis throws IndexError when the program runs; the text names the index and its position,
/// and nothing is written.
#pragma once

#include <cstdint>
#include <optional>

#include "luge/tensor.h"

namespace luge {

/// Returns the slices of x along an axis at `indices`. The shape of `indices` replaces the axis in the
/// result. An index may occur several times; its gradients are added. Source: ONNX Gather, NumPy take.
Tensor take(const Tensor& x, const Tensor& indices, int axis = 0);
/// Returns take(x, indices, axis) for indices [n]. Source: PyTorch index_select.
Tensor index_select(const Tensor& x, int axis, const Tensor& indices);
/// Options of embedding.
struct EmbeddingOptions {
  /// The id that fills up sequences. Its row is read as any other, but gets no gradient.
  std::optional<std::int64_t> padding_index = {};
};
/// Returns the rows of `table` [rows, width] at `ids`; the result has the shape of `ids` and a last axis of
/// extent width. Throws ValueError for a padding_index that is not a row. Source: PyTorch
/// functional.embedding.
Tensor embedding(const Tensor& table, const Tensor& ids, EmbeddingOptions options = {});
/// Returns the elements of x at positions whose index along `axis` comes from `indices`: for axis 1,
/// result[i,j,k] = x[i,indices[i,j,k],k]. `indices` has the rank of x and no larger extent on the other axes;
/// the result has its shape. Source: ONNX GatherElements, PyTorch gather.
Tensor gather(const Tensor& x, const Tensor& indices, int axis);

/// Options of gather_nd.
struct GatherNdOptions {
  int batch_axes = 0;  ///< the number of leading axes that x and `indices` share
};
/// Returns slices of x [B…,d…,rest…] at `indices` [B…,n…,k]: the last axis of `indices` holds one index for
/// each of the k axes of x after the batch axes. The result is [B…,n…,rest…]. Throws ShapeError when k is not
/// known, is 0, or is larger than the number of axes after the batch axes, and when the batch axes differ.
/// Source: ONNX GatherND, without its negative indices.
Tensor gather_nd(const Tensor& x, const Tensor& indices, GatherNdOptions options = {});

/// Returns x with `updates` added at `indices`: for axis 0, result[indices[i],…] += updates[i,…]. x must hold
/// numbers; `updates` has the shape of take(x, indices, axis). Source: PyTorch index_add.
Tensor index_add(const Tensor& x, const Tensor& indices, const Tensor& updates, int axis = 0);
/// Returns x with `updates` added at the positions that gather reads. x must hold numbers; `updates` and
/// `indices` have one shape. Source: ONNX ScatterElements with reduction = add, PyTorch scatter_add.
Tensor scatter_add(const Tensor& x, const Tensor& indices, const Tensor& updates, int axis);

/// What scatter and scatter_nd make of an element and the updates at its position.
enum class ScatterReduction : std::uint8_t {
  none,  ///< the update; of several the last one in row-major order, which alone gets a gradient
  add,   ///< the sum of all of them
  mul,   ///< the product of all of them; the gradient is exact when factors are 0
  max,   ///< the largest of all of them, or NaN when one of them is NaN; equal ones share the gradient evenly
  min,  ///< the smallest of all of them, or NaN when one of them is NaN; equal ones share the gradient evenly
};
/// Returns x with `updates` written to the positions that gather reads, or combined with the elements there.
/// `updates` and `indices` have one shape. x must hold numbers, unless the reduction is none. Source: ONNX
/// ScatterElements, PyTorch scatter and scatter_reduce with include_self = true.
///
///     Tensor y = scatter(x, indices, updates, 1);  // y[i,indices[i,j]] = updates[i,j]
Tensor scatter(const Tensor& x, const Tensor& indices, const Tensor& updates, int axis,
               ScatterReduction reduction = ScatterReduction::none);

/// Options of scatter_nd.
struct ScatterNdOptions {
  ScatterReduction reduction = ScatterReduction::none;  ///< what is done with the elements of x
  int batch_axes = 0;  ///< the number of leading axes that x, `indices` and `updates` share
};
/// Returns x with slices written to the positions that gather_nd reads, or combined with the elements there.
/// `updates` has the shape of gather_nd(x, indices). x must hold numbers, unless the reduction is none.
/// Source: ONNX ScatterND.
Tensor scatter_nd(const Tensor& x, const Tensor& indices, const Tensor& updates,
                  ScatterNdOptions options = {});

// The number of elements of these results depends on the values of x or mask. These are read at once, and
// while a function is traced the calls throw GraphError.

/// Returns the elements of x where `mask` is true, in row-major order, as a vector. `mask` is bool; x and
/// `mask` broadcast. The gradient goes to the elements that were taken. Source: PyTorch masked_select.
Tensor masked_select(const Tensor& x, const Tensor& mask);
/// Returns the positions of the elements of x that are not 0 (that are true, for bool), in row-major order:
/// i64 [rank, n], one column for each element. NaN is not 0. It has no gradient. The transpose is what
/// gather_nd takes. Source: ONNX NonZero.
Tensor nonzero(const Tensor& x);

/// Returns a tensor with a new last axis of extent `depth` that is 1 at each index and 0 elsewhere. It has no
/// gradient. Throws ValueError for a depth below 1. Source: ONNX OneHot, without its negative indices.
Tensor one_hot(const Tensor& indices, std::int64_t depth, DType dtype = f32);

}  // namespace luge
