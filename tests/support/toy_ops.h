// A handful of ops for tests of the compiler, which knows no op: elementwise ones, a matrix-like one, one
// that can fail, one that only its decomposition explains.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compile/graph.h"
#include "graph/op_registry.h"

namespace luge::testing {

Tensor toy_add(const Tensor& a, const Tensor& b);
Tensor toy_sub(const Tensor& a, const Tensor& b);
Tensor toy_mul(const Tensor& a, const Tensor& b);
Tensor toy_neg(const Tensor& x);
Tensor toy_relu(const Tensor& x);
Tensor toy_cast(const Tensor& x, DType to);
/// Same elements, other shape; shares memory.
Tensor toy_reshape(const Tensor& x, const Shape& shape);
/// y = 2x + 1 over f32, not elementwise for the compiler: kernels with layouts and post-ops attach here.
Tensor toy_dense(const Tensor& x);
/// Two outputs: x + 1 and x - 1.
Tensors toy_pair(const Tensor& x);
/// x, checked: an element that is negative is an error.
Tensor toy_guard(const Tensor& x);
/// x · x + x, known only as that.
Tensor toy_square_plus(const Tensor& x);
/// Zeros of the shape of `like`, whose elements nobody reads.
Tensor toy_zeros_like(const Tensor& like);

/// A specialized graph over these leaves, and numbers and keys behind them; `replaces` as in compiler::Graph
/// (-1 for all when left out).
compiler::Graph graph_of(const Tensors& leaves, const Tensors& roots, std::vector<int> replaces = {});
Tensor argument(const Shape& shape, DType dtype = f32);

}  // namespace luge::testing
