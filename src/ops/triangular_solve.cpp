// triangular_solve: equations with triangular matrices, solved row by row.
#include <fmt/format.h>

#include "luge/ops/linalg.h"
#include "ops/matrices.h"
#include "ops/wide.h"

namespace luge {
namespace {

struct TriangularAttributes {
  bool upper = false, transpose = false, unit_diagonal = false;
  static void fields(auto& self, auto&& field) {
    field("upper", self.upper);
    field("transpose", self.transpose);
    field("unit_diagonal", self.unit_diagonal);
  }
};

struct TriangularSolve : Op<TriangularSolve, TriangularAttributes> {  // inputs: a, b
  static constexpr auto name = "triangular_solve";
  static constexpr Traits traits{.can_fail = true};

  Types infer(const Types& in) const { return {solution_type(name, in)}; }
  // With h = a⁻ᵀ·g: h for b, and the read triangle of -h·xᵀ for a, turned where a is.
  Tensors gradient(const GradientCall& c) const {
    const Tensor &a = c.in[0], &x = c.out[0];
    const Tensor h = triangular_solve(
        a, c.g[0], {.upper = upper, .transpose = !transpose, .unit_diagonal = unit_diagonal});
    Tensors result(2);
    if (c.needs[0]) {
      const Tensor whole =
          transpose ? matmul(x, h, {.transpose_b = true}) : matmul(h, x, {.transpose_b = true});
      const std::int64_t skipped = unit_diagonal ? 1 : 0;
      result[0] = -sum_like(upper ? triu(whole, skipped) : tril(whole, -skipped), a);
    }
    if (c.needs[1]) result[1] = sum_like(h, c.in[1]);
    return result;
  }
  void reference(const ReferenceCall& call) const {
    const View &a = call.in[0], &b = call.in[1], &x = call.out[0];
    const Shape& shape = x.type.shape;
    const std::int64_t n = shape[shape.rank() - 2], columns = shape[shape.rank() - 1];
    const std::int64_t count = matrices_of(name, shape);
    std::vector<double> matrix(static_cast<std::size_t>(n * n)),
        solution(static_cast<std::size_t>(n * columns));
    for (std::int64_t index = 0; index < count; ++index) {
      const std::int64_t own = matrix_of(a.type.shape, shape, index);
      load_matrix(a, own, matrix);
      load_matrix(b, matrix_of(b.type.shape, shape, index), solution);
      const std::int64_t zero = first_zero(matrix, n);
      if (zero >= 0) return record_row(call.status, own, zero, n, 0);
      solve_in_place(matrix, n, columns, solution.data());
      store_matrix(solution, x, index);
    }
  }
  [[noreturn]] void fail(const KernelError& error, std::string_view) const {
    throw ValueError(
        fmt::format("triangular_solve: matrix {} is singular: the diagonal element of row {} is 0; expected "
                    "another number",
                    matrix_in(error), row_in(error)));
  }

 private:
  std::int64_t first_zero(const std::vector<double>& matrix, std::int64_t n) const {
    for (std::int64_t i = 0; i < n && !unit_diagonal; ++i) {
      if (matrix[static_cast<std::size_t>(i * n + i)] == 0) return i;
    }
    return -1;
  }
  void solve_in_place(const std::vector<double>& matrix, std::int64_t n, std::int64_t columns,
                      double* x) const {
    const bool from_below = upper != transpose;  // the last row has one unknown
    const auto element = [&](std::int64_t i, std::int64_t j) {
      return matrix[static_cast<std::size_t>(transpose ? j * n + i : i * n + j)];
    };
    for (std::int64_t step = 0; step < n; ++step) {
      const std::int64_t i = from_below ? n - 1 - step : step;
      double* row = x + i * columns;
      for (std::int64_t known = 0; known < step; ++known) {
        const std::int64_t j = from_below ? n - 1 - known : known;
        const double times = element(i, j);
        for (std::int64_t c = 0; c < columns; ++c) row[c] -= times * x[j * columns + c];
      }
      if (unit_diagonal) continue;
      const double diagonal = element(i, i);
      for (std::int64_t c = 0; c < columns; ++c) row[c] /= diagonal;
    }
  }
};
const Registered<TriangularSolve> registered_triangular_solve;

}  // namespace

Tensor triangular_solve(const Tensor& a, const Tensor& b, const TriangularOptions& options) {
  check_float(TriangularSolve::name, {a.dtype(), a.shape()});
  check_same_dtype(TriangularSolve::name, {a.dtype(), a.shape()}, {b.dtype(), b.shape()});
  const TriangularAttributes attributes{options.upper, options.transpose, options.unit_diagonal};
  return with_columns(b, [&](const Tensor& columns) {
    return in_accumulator(columns, [&](const Tensor& wide) {
      return make<TriangularSolve>(attributes, to_accumulator(a), wide);
    });
  });
}

}  // namespace luge
