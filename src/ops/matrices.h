// What the ops share that work on the matrices in the last two axes.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "graph/op_registry.h"
#include "luge/ops/shape.h"
#include "ops/checks.h"
#include "ops/element.h"

namespace luge {

/// Which of an operand's matrices belongs to matrix `index` of the result; leading axes broadcast.
std::int64_t matrix_of(const Shape& operand, const Shape& result, std::int64_t index);

/// Throws DTypeError and ShapeError unless the operand is floating and holds matrices, or square ones.
void check_matrices(std::string_view op, std::string_view what, const Type& type);
void check_square(std::string_view op, std::string_view what, const Type& type);
/// The leading axes.
Shape batch_of(const Shape& shape);
/// The type of x in a·x = b for inputs a and b. Throws when they do not fit.
Type solution_type(std::string_view op, const Types& in);

/// The number of matrices.
std::int64_t matrices_of(std::string_view op, const Shape& shape);
/// Copies elements of matrix `index` into doubles, or back.
void load_matrix(const View& from, std::int64_t index, std::span<double> to);
void store_matrix(std::span<const double> from, const View& to, std::int64_t index);

/// Records that a row of a matrix breaks a rule. Of the error, matrix_in and row_in tell which.
inline void record_row(Status* status, std::int64_t matrix, std::int64_t row, std::int64_t rows,
                       double value) {
  status->record({matrix * rows + row, value, rows});
}
inline std::int64_t matrix_in(const KernelError& error) { return error.position / error.limit; }
inline std::int64_t row_in(const KernelError& error) { return error.position % error.limit; }

/// f(b) for columns b: a vector is one, and the result is a vector again.
template <class F>
Tensor with_columns(const Tensor& b, const F& f) {
  return b.rank() == 1 ? squeeze(f(unsqueeze(b, 1)), -1) : f(b);
}

/// 1 on the diagonal of the matrices of x, else 0, in its dtype and shape.
Tensor identity_like(const Tensor& x);

}  // namespace luge
