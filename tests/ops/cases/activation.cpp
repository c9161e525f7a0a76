#include "luge/ops/activation.h"

#include "support/op_case.h"

namespace luge::testing {
namespace {

using T = const Tensor&;

const OpCases activations = {
    {.name = "softmax",
     .build = of_one([](T x) { return softmax(x); }),
     .inputs = {{uniform({3, 5})}, {uniform({2, 3, 17})}}},
    {.name = "softmax/first",
     .build = of_one([](T x) { return softmax(x, 0); }),
     .inputs = {{uniform({3, 5})}}},
    {.name = "log_softmax",
     .build = of_one([](T x) { return log_softmax(x); }),
     .inputs = {{uniform({3, 5})}, {uniform({2, 3, 17})}}},
    {.name = "log_softmax/middle",
     .build = of_one([](T x) { return log_softmax(x, 1); }),
     .inputs = {{uniform({2, 3, 4})}}},
    {.name = "softplus", .build = of_one(softplus), .inputs = {{uniform({3, 5}, -6, 6)}, {uniform({})}}},
    {.name = "leaky_relu",
     .build = of_one([](T x) { return leaky_relu(x, 0.1); }),
     .inputs = {{distinct({3, 5})}, {uniform({})}, {uniform({0, 3})}}},
    {.name = "leaky_relu/falling",
     .build = of_one([](T x) { return leaky_relu(x, -0.5); }),
     .inputs = {{distinct({3, 5})}}},
    {.name = "relu6", .build = of_one(relu6), .inputs = {{distinct({4, 5}, -3, 9)}, {uniform({})}}},
    {.name = "gelu",
     .build = of_one([](T x) { return gelu(x); }),
     .inputs = {{uniform({3, 5}, -4, 4)}, {uniform({})}, {uniform({0, 3})}}},
    {.name = "gelu/tanh",
     .build = of_one([](T x) { return gelu(x, GeluForm::tanh); }),
     .inputs = {{uniform({3, 5}, -4, 4)}}},
};

}  // namespace
}  // namespace luge::testing
