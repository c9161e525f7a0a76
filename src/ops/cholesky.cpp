// cholesky: the lower triangular factor of symmetric positive definite matrices.
#include <fmt/format.h>

#include <cmath>

#include "luge/ops/compare.h"
#include "luge/ops/linalg.h"
#include "luge/ops/math.h"
#include "ops/matrices.h"
#include "ops/positions.h"
#include "ops/wide.h"

namespace luge {
namespace {

// The lower triangle, with half of the diagonal.
Tensor halved_lower(const Tensor& x) {
  const Tensor right_of = positions_along(x, -1) - positions_along(x, -2);
  return where(less(right_of, 0), x, where(equal(right_of, 0), 0.5 * x, 0));
}

struct Cholesky : Op<Cholesky> {
  static constexpr auto name = "cholesky";
  static constexpr Traits traits{.can_fail = true};

  Types infer(const Types& in) const {
    check_inputs(name, in, 1);
    check_square(name, "input", in[0]);
    return {in[0]};
  }
  // L⁻ᵀ·Φ(Lᵀ·g)·L⁻¹ made symmetric, where Φ is halved_lower (Murray 2016).
  Tensors gradient(const GradientCall& c) const {
    const Tensor& factor = c.out[0];
    const auto back = [&](const Tensor& b) { return triangular_solve(factor, b, {.transpose = true}); };
    const Tensor inner = halved_lower(matmul(factor, tril(c.g[0]), {.transpose_a = true}));
    const Tensor half = back(transpose(back(inner)));
    return {0.5 * (half + transpose(half))};
  }
  void reference(const ReferenceCall& call) const {
    const Shape& shape = call.in[0].type.shape;
    const std::int64_t n = shape[shape.rank() - 1], count = matrices_of(name, shape);
    std::vector<double> matrix(static_cast<std::size_t>(n * n));
    const auto row = [&](std::int64_t i) { return matrix.data() + i * n; };
    for (std::int64_t index = 0; index < count; ++index) {
      load_matrix(call.in[0], index, matrix);
      for (std::int64_t i = 0; i < n; ++i) {
        for (std::int64_t j = 0; j <= i; ++j) {
          double sum = row(i)[j];
          for (std::int64_t k = 0; k < j; ++k) sum -= row(i)[k] * row(j)[k];
          if (i == j && !(sum > 0)) return record_row(call.status, index, i, n, sum);
          row(i)[j] = i == j ? std::sqrt(sum) : sum / row(j)[j];
        }
        std::fill(row(i) + i + 1, row(i) + n, 0.0);
      }
      store_matrix(matrix, call.out[0], index);
    }
  }
  [[noreturn]] void fail(const KernelError& error, std::string_view) const {
    throw ValueError(fmt::format(
        "cholesky: matrix {} is not positive definite: at row {} the square of the diagonal element is {}; "
        "expected a number above 0",
        matrix_in(error), row_in(error), error.value.to_string()));
  }
};
const Registered<Cholesky> registered_cholesky;

}  // namespace

Tensor cholesky(const Tensor& x) {
  check_square(Cholesky::name, "input", {x.dtype(), x.shape()});
  return in_accumulator(x, [](const Tensor& wide) { return make<Cholesky>({}, wide); });
}

}  // namespace luge
