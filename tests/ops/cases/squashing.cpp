#include "luge/ops/squashing.h"

#include "support/op_case.h"

namespace luge::testing {
namespace {

using T = const Tensor&;

const OpCases squashing = {
    {.name = "softsign",
     .build = of_one(softsign),
     .inputs = {{distinct({3, 5}, -4, 4)}, {uniform({}, 1, 2)}, {uniform({0, 3})}}},
    {.name = "hard_sigmoid",
     .build = of_one([](T x) { return hard_sigmoid(x); }),
     .inputs = {{distinct({4, 5}, -4, 4)}, {uniform({}, 1, 2)}, {uniform({0, 3})}}},
    {.name = "hard_sigmoid/ONNX",
     .build = of_one([](T x) { return hard_sigmoid(x, 0.2, 0.4); }),
     .inputs = {{distinct({4, 5}, -4, 4.1)}}},
    {.name = "hard_tanh",
     .build = of_one([](T x) { return hard_tanh(x); }),
     .inputs = {{distinct({4, 5}, -2, 2.1)}, {uniform({}, -0.5, 0.5)}, {uniform({0, 3})}}},
    {.name = "hard_tanh/bounds",
     .build = of_one([](T x) { return hard_tanh(x, -0.3, 1.2); }),
     .inputs = {{distinct({4, 5}, -2, 2.1)}}},
    {.name = "step",
     .build = of_one(step),
     .inputs = {{distinct({3, 5})}, {uniform({}, 1, 2)}, {uniform({0, 3})}},
     .gradient = false},
    {.name = "softmin",
     .build = of_one([](T x) { return softmin(x); }),
     .inputs = {{uniform({3, 5})}, {uniform({2, 3, 4})}}},
    {.name = "softmin/first",
     .build = of_one([](T x) { return softmin(x, 0); }),
     .inputs = {{uniform({3, 5})}},
     .batch = false},
    {.name = "hardmax",
     .build = of_one([](T x) { return hardmax(x); }),
     .inputs = {{distinct({3, 5})}, {distinct({2, 3, 4})}, {uniform({0, 3})}},
     .gradient = false},
    {.name = "hardmax/middle",
     .build = of_one([](T x) { return hardmax(x, 1); }),
     .inputs = {{distinct({2, 3, 4})}},
     .gradient = false},
};

}  // namespace
}  // namespace luge::testing
