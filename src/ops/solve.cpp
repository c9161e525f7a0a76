// solve: equations with square matrices, by elimination. inverse solves for the unit matrix.
#include <fmt/format.h>

#include "luge/ops/linalg.h"
#include "luge/ops/math.h"
#include "ops/factor.h"
#include "ops/matrices.h"
#include "ops/wide.h"

namespace luge {
namespace {

struct SolveAttributes {
  std::string label = "solve";  // the function that was called
  static void fields(auto& self, auto&& field) { field("label", self.label); }
};

struct Solve : Op<Solve, SolveAttributes> {  // inputs: a, b
  static constexpr auto name = "solve";
  static constexpr Traits traits{.can_fail = true};

  Types infer(const Types& in) const { return {solution_type(label, in)}; }
  // With h = a⁻ᵀ·g: h for b and -h·xᵀ for a.
  Tensors gradient(const GradientCall& c) const {
    const Tensor h = make<Solve>(*this, transpose(c.in[0]), c.g[0]);
    Tensors result(2);
    if (c.needs[0]) result[0] = -sum_like(matmul(h, c.out[0], {.transpose_b = true}), c.in[0]);
    if (c.needs[1]) result[1] = sum_like(h, c.in[1]);
    return result;
  }
  void reference(const ReferenceCall& call) const {
    const View &a = call.in[0], &b = call.in[1], &x = call.out[0];
    const Shape& shape = x.type.shape;
    const std::int64_t n = shape[shape.rank() - 2], columns = shape[shape.rank() - 1];
    const std::int64_t count = matrices_of(name, shape);
    std::vector<double> matrix(static_cast<std::size_t>(n * n)), right(static_cast<std::size_t>(n * columns)),
        solution(right.size());
    LuFactors factors;
    std::int64_t factored = -1;
    for (std::int64_t index = 0; index < count; ++index) {
      const std::int64_t own = matrix_of(a.type.shape, shape, index);
      if (own != factored) {
        load_matrix(a, own, matrix);
        factor(matrix, n, Pivoting::partial, factors);
        if (factors.stuck >= 0) return record_row(call.status, own, factors.stuck, n, 0);
        factored = own;
      }
      load_matrix(b, matrix_of(b.type.shape, shape, index), right);
      solve_factored(factors, right, columns, solution);
      store_matrix(solution, x, index);
    }
  }
  [[noreturn]] void fail(const KernelError& error, std::string_view) const {
    throw ValueError(
        fmt::format("{}: matrix {} is singular: the pivot of row {} is 0; expected a matrix with an inverse",
                    label, matrix_in(error), row_in(error)));
  }
};
const Registered<Solve> registered_solve;

}  // namespace

Tensor solve(const Tensor& a, const Tensor& b) {
  check_float(Solve::name, {a.dtype(), a.shape()});
  check_same_dtype(Solve::name, {a.dtype(), a.shape()}, {b.dtype(), b.shape()});
  return with_columns(b, [&](const Tensor& columns) {
    return in_accumulator(
        columns, [&](const Tensor& wide) { return make<Solve>({"solve"}, to_accumulator(a), wide); });
  });
}

Tensor inverse(const Tensor& x) {
  check_square("inverse", "input", {x.dtype(), x.shape()});
  return in_accumulator(
      x, [](const Tensor& wide) { return make<Solve>({"inverse"}, wide, identity_like(wide)); });
}

}  // namespace luge
