#include "luge/ops/linalg.h"
#include "luge/ops/math.h"
#include "luge/ops/shape.h"
#include "support/op_case.h"

namespace luge::testing {
namespace {

using T = const Tensor&;

// Far from singular.
Tensor regular(T x) { return x + 4 * eye(x.extent(-1), x.dtype()); }
Tensor positive(T x) { return matmul(x, x, {.transpose_b = true}) + 2 * eye(x.extent(-1), x.dtype()); }

OpCase row(std::string name, std::function<Tensors(const Tensors&)> build, std::vector<Inputs> inputs,
           bool batch = true) {
  OpCase made = product_row(std::move(name), std::move(build), std::move(inputs));
  made.batch = batch;
  return made;
}

OpCase solve_row(std::string name, const TriangularOptions& options) {
  return row(std::move(name),
             of_two([options](T a, T b) { return triangular_solve(regular(a), b, options); }),
             {{uniform({2, 3, 3}), uniform({2, 3, 2})}});
}

const OpCases equations = {
    row("solve", of_two([](T a, T b) { return solve(regular(a), b); }),
        {{uniform({2, 3, 3}), uniform({2, 3, 2})},
         {uniform({2, 1, 3, 3}), uniform({4, 3, 1})},
         {uniform({0, 2, 2}), uniform({0, 2, 1})},
         {uniform({2, 0, 0}), uniform({2, 0, 3})}}),
    row("solve/single", of_two([](T a, T b) { return solve(regular(a), b); }),
        {{uniform({4, 4}), uniform({4, 2})},
         {uniform({3, 3}), uniform({3})},
         {uniform({1, 1}), uniform({1})}},
        false),
    row("inverse", of_one([](T x) { return inverse(regular(x)); }),
        {{uniform({2, 3, 3})}, {uniform({2, 1, 1})}, {uniform({2, 0, 0})}}),
    solve_row("triangular_solve", {}),
    solve_row("triangular_solve/upper", {.upper = true}),
    solve_row("triangular_solve/transposed", {.transpose = true}),
    solve_row("triangular_solve/upper transposed", {.upper = true, .transpose = true}),
    solve_row("triangular_solve/unit", {.unit_diagonal = true}),
    row("triangular_solve/vector", of_two([](T a, T b) { return triangular_solve(regular(a), b); }),
        {{uniform({3, 3}), uniform({3})}}, false),
};

const OpCases factors = {
    row("cholesky", of_one([](T x) { return cholesky(positive(x)); }),
        {{uniform({2, 3, 3})}, {uniform({2, 1, 1})}, {uniform({0, 2, 2})}}),
    row("det", of_one(det), {{uniform({2, 3, 3})}, {uniform({2, 1, 1})}, {uniform({2, 0, 0})}}),
    row("slogdet",
        [](const Tensors& in) {
          const LogDeterminant made = slogdet(in[0]);
          return Tensors{made.sign, made.log};
        },
        {{uniform({2, 3, 3})}, {uniform({2, 0, 0})}}),
    row("svd",
        [](const Tensors& in) {
          const Svd made = svd(in[0]);
          return Tensors{made.u, made.s, made.vh};
        },
        {{uniform({2, 4, 3})}, {uniform({2, 2, 3})}, {uniform({2, 3, 3})}, {uniform({2, 0, 3})}}),
    row("svd/values", of_one([](T x) { return svd(x).s; }), {{uniform({2, 4, 3})}}),
};

}  // namespace
}  // namespace luge::testing
