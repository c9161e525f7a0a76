// Products of matrices.
#pragma once

#include "luge/tensor.h"

namespace luge {

struct MatmulOptions {
  bool transpose_a = false;  // use the last two axes of a swapped
  bool transpose_b = false;
};

/// Matrix product of a [...,m,k] and b [...,k,n] → [...,m,n]; batch axes broadcast. A rank-1 operand counts
/// as a row (a) or a column (b) and its axis disappears, as in NumPy. Both of one dtype, not bool. Throws
/// ShapeError when the inner extents differ, DTypeError when the dtypes do. Source: ONNX MatMul (the flags:
/// Gemm).
Tensor matmul(const Tensor& a, const Tensor& b, const MatmulOptions& options = {});
/// The same with bias [n] added to every row.
Tensor matmul(const Tensor& a, const Tensor& b, const Tensor& bias, const MatmulOptions& options = {});

/// x [...,in] · wᵀ + b with w [out,in] and b [out] (or none) → [...,out]. Source: PyTorch functional.linear.
Tensor linear(const Tensor& x, const Tensor& w, const Tensor& b = {});

/// Σ a·b of two vectors of one length → scalar. Source: NumPy dot.
Tensor dot(const Tensor& a, const Tensor& b);
/// a [m], b [n] → [m,n] with every product. Source: NumPy outer.
Tensor outer(const Tensor& a, const Tensor& b);

}  // namespace luge
