// Reading and adding at places that are data. Indices are of any integer dtype and count from 0: one that is
// negative or not below the axis' extent throws IndexError when the program runs, naming the index and its
// position; nothing is written then. Indices have no gradient.
#pragma once

#include <cstdint>

#include "luge/tensor.h"

namespace luge {

/// Slices of x along an axis at `indices` of any shape, which takes the axis' place in the result; repeated
/// indices add up in the gradient. Source: ONNX Gather, NumPy take.
Tensor take(const Tensor& x, const Tensor& indices, int axis = 0);
/// take with indices [n]. Source: PyTorch index_select.
Tensor index_select(const Tensor& x, int axis, const Tensor& indices);
/// Rows of table [rows, width] at `ids`: ids.shape + [width]. Source: PyTorch functional.embedding.
Tensor embedding(const Tensor& table, const Tensor& ids);
/// result[i,j,…] = x with the index along `axis` replaced by indices[i,j,…]; indices has x's rank and no
/// larger extent on other axes, and its shape is the result's. Source: ONNX GatherElements, PyTorch gather.
Tensor gather(const Tensor& x, const Tensor& indices, int axis);

/// x with updates added: result[…, indices[i], …] += updates[…, i, …]; updates has the shape of take(x,
/// indices, axis). Numbers. Source: PyTorch index_add.
Tensor index_add(const Tensor& x, const Tensor& indices, const Tensor& updates, int axis = 0);
/// x with updates added at the places gather would read; updates and indices have one shape. Numbers.
/// Source: ONNX ScatterElements with reduction = add, PyTorch scatter_add.
Tensor scatter_add(const Tensor& x, const Tensor& indices, const Tensor& updates, int axis);

/// 1 at place indices[…] of a new last axis of extent `depth`, 0 elsewhere. No gradient. Throws ValueError
/// for depth below 1. Source: ONNX OneHot (without its wrapping of negative indices).
Tensor one_hot(const Tensor& indices, std::int64_t depth, DType dtype = f32);

}  // namespace luge
