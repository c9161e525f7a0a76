// Products of matrices and vectors.
#pragma once

#include "luge/tensor.h"

namespace luge {

/// Options of matmul.
struct MatmulOptions {
  bool transpose_a = false;  ///< swap the last two axes of a first
  bool transpose_b = false;  ///< swap the last two axes of b first
};

/// Returns the matrix product [...,m,n] of a [...,m,k] and b [...,k,n]. Axes before the last two broadcast. A
/// rank-1 operand counts as a row (a) or as a column (b), and the result has no axis for it, as in NumPy.
/// Both have one dtype, which is not bool. Throws ShapeError when the inner extents differ and DTypeError
/// when the dtypes differ. Source: ONNX MatMul; the options are those of Gemm.
Tensor matmul(const Tensor& a, const Tensor& b, const MatmulOptions& options = {});
/// Returns the matrix product with `bias` [n] added to each row. Throws the same errors.
Tensor matmul(const Tensor& a, const Tensor& b, const Tensor& bias, const MatmulOptions& options = {});

/// Returns x·wᵀ + b [...,out] for x [...,in], w [out,in] and b [out]. An empty b means no bias. Source:
/// PyTorch functional.linear.
Tensor linear(const Tensor& x, const Tensor& w, const Tensor& b = {});

/// Returns Σ a·b of two vectors of one length, as a rank-0 tensor. Throws ShapeError when they are not
/// vectors or their lengths differ. Source: NumPy dot.
Tensor dot(const Tensor& a, const Tensor& b);
/// Returns the products [m,n] of each element of a [m] with each element of b [n]. Throws ShapeError when
/// they are not vectors. Source: NumPy outer.
Tensor outer(const Tensor& a, const Tensor& b);

}  // namespace luge
