#include "luge/ops/losses.h"

#include "support/op_case.h"

namespace luge::testing {
namespace {

using T = const Tensor&;

const OpCases losses = {
    {.name = "softmax_cross_entropy",
     .build = of_two([](T x, T t) { return softmax_cross_entropy(x, t); }),
     .inputs = {{uniform({4, 5}), indices({4}, 5)}, {uniform({4, 5}), uniform({4, 5}, 0, 1)}}},
    {.name = "softmax_cross_entropy/smoothed",
     .build = of_two([](T x, T t) {
       return softmax_cross_entropy(x, t, {.axis = 1, .label_smoothing = 0.1, .ignore_index = 2});
     }),
     .inputs = {{uniform({3, 4, 2}), indices({3, 2}, 4)}}},
    {.name = "binary_cross_entropy_with_logits",
     .build = of_two(binary_cross_entropy_with_logits),
     .inputs = {{uniform({4, 3}), uniform({4, 3}, 0, 1)}}},
    {.name = "binary_cross_entropy",
     .build = of_two(binary_cross_entropy),
     .inputs = {{uniform({4, 3}, 0.1, 0.9), uniform({4, 3}, 0, 1)}}},
};

}  // namespace
}  // namespace luge::testing
