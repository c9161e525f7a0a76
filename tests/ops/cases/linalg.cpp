#include "luge/ops/linalg.h"

#include "support/op_case.h"

namespace luge::testing {
namespace {

using T = const Tensor&;

// Axis 0 is no batch.
OpCase fixed(OpCase row) {
  row.batch = false;
  return row;
}

const OpCases products = {
    product_row("matmul", of_two([](T a, T b) { return matmul(a, b); }),
                {{uniform({3, 4}), uniform({4, 5})},
                 {uniform({2, 3, 4}), uniform({4, 5})},
                 {uniform({2, 1, 3, 4}), uniform({5, 4, 2})},
                 {uniform({3, 4}), uniform({4})},
                 {uniform({0, 4}), uniform({4, 2})},
                 {uniform({17, 33}), uniform({33, 9})}}),
    product_row("matmul/vector by matrix", of_two([](T a, T b) { return matmul(b, a); }),
                {{uniform({4, 5}), uniform({4})}}),
    fixed(product_row("matmul/transposed", of_two([](T a, T b) {
                        return matmul(a, b, {.transpose_a = true, .transpose_b = true});
                      }),
                      {{uniform({4, 3}), uniform({5, 4})}})),
    product_row("matmul/bias", of_three([](T a, T b, T c) { return matmul(a, b, c); }),
                {{uniform({3, 4}), uniform({4, 5}), uniform({5})}}),
    product_row("linear", of_three([](T x, T w, T b) { return linear(x, w, b); }),
                {{uniform({3, 4}), uniform({5, 4}), uniform({5})}}),
    product_row("dot", of_two(dot), {{uniform({5}), uniform({5})}}),
    product_row("outer", of_two(outer), {{uniform({3}), uniform({4})}}),
};

}  // namespace
}  // namespace luge::testing
