#include "luge/ops/labels.h"

#include "support/op_case.h"

namespace luge::testing {
namespace {

const OpCases labels = {
    {.name = "is_label",
     .build = of_one([](const Tensor& x) { return is_label(x, 2); }),
     .inputs = {{indices({3, 5}, 4)}, {indices({}, 3)}, {indices({0, 3}, 4)}},
     .gradient = false},
    {.name = "squeeze_labels",
     .build =
         of_two([](const Tensor& target, const Tensor& scores) { return squeeze_labels(target, scores, 1); }),
     .inputs = {{uniform({3, 1, 2}), uniform({3, 4, 2})}, {uniform({0, 1, 2}), uniform({0, 4, 2})}}},
};

}  // namespace
}  // namespace luge::testing
