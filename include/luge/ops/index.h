// Functions that read or add at positions that are data.
/// @file
/// Indices have any integer dtype, count from 0 and have no gradient. An index that is negative or not below
/// the extent of the axis throws IndexError when the program runs; the text names the index and its position,
/// and nothing is written.
#pragma once

#include <cstdint>

#include "luge/tensor.h"

namespace luge {

/// Returns the slices of x along an axis at `indices`. The shape of `indices` replaces the axis in the
/// result. An index may occur several times; its gradients are added. Source: ONNX Gather, NumPy take.
Tensor take(const Tensor& x, const Tensor& indices, int axis = 0);
/// Returns take(x, indices, axis) for indices [n]. Source: PyTorch index_select.
Tensor index_select(const Tensor& x, int axis, const Tensor& indices);
/// Returns the rows of `table` [rows, width] at `ids`; the result has the shape of `ids` and a last axis of
/// extent width. Source: PyTorch functional.embedding.
Tensor embedding(const Tensor& table, const Tensor& ids);
/// Returns the elements of x at positions whose index along `axis` comes from `indices`: for axis 1,
/// result[i,j,k] = x[i,indices[i,j,k],k]. `indices` has the rank of x and no larger extent on the other axes;
/// the result has its shape. Source: ONNX GatherElements, PyTorch gather.
Tensor gather(const Tensor& x, const Tensor& indices, int axis);

/// Returns x with `updates` added at `indices`: for axis 0, result[indices[i],…] += updates[i,…]. x must hold
/// numbers; `updates` has the shape of take(x, indices, axis). Source: PyTorch index_add.
Tensor index_add(const Tensor& x, const Tensor& indices, const Tensor& updates, int axis = 0);
/// Returns x with `updates` added at the positions that gather reads. x must hold numbers; `updates` and
/// `indices` have one shape. Source: ONNX ScatterElements with reduction = add, PyTorch scatter_add.
Tensor scatter_add(const Tensor& x, const Tensor& indices, const Tensor& updates, int axis);

/// Returns a tensor with a new last axis of extent `depth` that is 1 at each index and 0 elsewhere. It has no
/// gradient. Throws ValueError for a depth below 1. Source: ONNX OneHot, without its negative indices.
Tensor one_hot(const Tensor& indices, std::int64_t depth, DType dtype = f32);

}  // namespace luge
