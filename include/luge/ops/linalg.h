// Products of matrices and vectors, and what is solved with matrices.
/// @file
/// Matrices are the last two axes, and each function works on every matrix of the leading axes. The functions
/// from cholesky on take floating tensors, compute 16-bit ones in float32, and throw ShapeError for matrices
/// that are not square where they must be. They are plain loops in float64 for matrices of up to some hundred
/// rows. A matrix without a result throws ValueError when the program runs; the text names its row-major
/// position in the leading axes and the row.
#pragma once

#include <string_view>

#include "luge/ops/operand.h"
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

/// Options of addmm.
struct AddmmOptions {
  Scalar alpha = 1;          ///< the factor of the product
  Scalar beta = 1;           ///< the factor of c; when it is 0, c is not read
  bool transpose_a = false;  ///< swap the axes of a first
  bool transpose_b = false;  ///< swap the axes of b first
};
/// Returns alpha·a·b + beta·c [m,n] for a [m,k], b [k,n] and a c that broadcasts to [m,n]. All have one
/// dtype, which is not bool. Throws ShapeError when the shapes do not fit. Source: ONNX Gemm, PyTorch addmm.
Tensor addmm(const Tensor& c, const Tensor& a, const Tensor& b, const AddmmOptions& options = {});

/// Returns the sum of products that `subscripts` describe: a letter for each axis of each operand, commas
/// between operands, and after "->" the axes of the result. Axes with one letter belong together; letters
/// that the result leaves out are summed. A letter twice in one operand takes its diagonal. "..." means the
/// axes without letters; they broadcast, and an axis of extent 1 broadcasts to the others of its letter.
/// Without
/// "->" the result has the axes of "..." and then the letters that occur once, in the order of the alphabet,
/// capitals first. The products are matrix products where axes are summed. All operands have one dtype, which
/// is not bool. Throws ValueError for subscripts that cannot be read, and ShapeError when operands do not fit
/// them. Source: NumPy einsum, ONNX Einsum.
///
///     Tensor scores = einsum("bhqd,bhkd->bhqk", {queries, keys});
Tensor einsum(std::string_view subscripts, const Tensors& operands);

/// Returns the sum of products over the last `axes` axes of a and the first `axes` axes of b, which have the
/// same extents: [rest of a…,rest of b…]. Both have one dtype, which is not bool. Throws ShapeError when the
/// extents differ, and ValueError for a number of axes that is negative or larger than a rank. Source: NumPy
/// tensordot.
Tensor tensordot(const Tensor& a, const Tensor& b, int axes = 2);
/// Returns the sum of products over pairs of axes: axes_a[k] of a with axes_b[k] of b. Throws ValueError when
/// the lists have different lengths, and otherwise the same errors.
Tensor tensordot(const Tensor& a, const Tensor& b, const std::vector<int>& axes_a,
                 const std::vector<int>& axes_b);

/// Returns the lower triangular L with L·Lᵀ = x for symmetric positive definite matrices x [...,n,n]. Only
/// the lower triangle of x is read. The gradient is symmetric: half of it belongs to each of the two elements
/// that must be equal. Throws ValueError for a matrix that is not positive definite. Source: PyTorch
/// linalg.cholesky.
Tensor cholesky(const Tensor& x);

/// Options of triangular_solve.
struct TriangularOptions {
  bool upper = false;          ///< read the upper triangle of a; false: the lower one
  bool transpose = false;      ///< solve aᵀ·x = b
  bool unit_diagonal = false;  ///< take the diagonal as 1 without reading it
};
/// Returns the x with a·x = b for triangular matrices a [...,n,n]. b is [...,n,k], or a vector [n]; axes
/// before the last two broadcast. The other triangle of a is not read and gets no gradient. Throws ValueError
/// for a 0 on the diagonal. Source: PyTorch linalg.solve_triangular.
Tensor triangular_solve(const Tensor& a, const Tensor& b, const TriangularOptions& options = {});

/// Returns the x with a·x = b, by elimination with partial pivoting. a is [...,n,n], b is [...,n,k], or a
/// vector [n]; axes before the last two broadcast. Throws ValueError for a singular matrix: one in which a
/// pivot is 0. Source: NumPy linalg.solve.
Tensor solve(const Tensor& a, const Tensor& b);
/// Returns the inverse matrices of x [...,n,n]. Throws ValueError for a singular matrix. solve(a, b) is
/// faster and more accurate than the product of an inverse and b. Source: PyTorch linalg.inv.
Tensor inverse(const Tensor& x);

/// Returns the determinants [...] of x [...,n,n]: 1 for n = 0, and 0 for a singular matrix. The gradient is
/// the matrix of cofactors, which singular matrices have, too; their second gradient throws ValueError.
/// Source: ONNX Det, PyTorch linalg.det.
Tensor det(const Tensor& x);
/// The result of slogdet.
struct LogDeterminant {
  Tensor sign;  ///< -1, 0 or 1; it has no gradient
  Tensor log;   ///< the logarithm of the absolute value
};
/// Returns sign and logarithm [...] of the determinants of x [...,n,n], which neither overflow nor vanish: 0
/// and -infinity for a singular matrix. The gradient of the logarithm throws ValueError for a singular
/// matrix. Source: PyTorch linalg.slogdet.
LogDeterminant slogdet(const Tensor& x);

/// The result of svd.
struct Svd {
  Tensor u;   ///< [...,m,k]: orthonormal columns
  Tensor s;   ///< [...,k]: the singular values, none negative, the largest first
  Tensor vh;  ///< [...,k,n]: orthonormal rows
};
/// Returns the thin singular value decomposition u·diag(s)·vh of x [...,m,n], where k is the smaller of m and
/// n. In each column of u the element of the largest magnitude is positive. x must be finite; otherwise all
/// results of its matrix are NaN. The gradient through s alone always exists. Through u and vh it exists
/// where the singular values differ and, for m ≠ n, are not 0; elsewhere it is infinite or NaN. Source:
/// PyTorch linalg.svd with full_matrices = false; the signs are those of scikit-learn's svd_flip.
Svd svd(const Tensor& x);

}  // namespace luge
