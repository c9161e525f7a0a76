#include "luge/ops/rectifiers.h"

#include "support/op_case.h"

namespace luge::testing {
namespace {

using T = const Tensor&;

// A smooth curve: ordinary, rank 0 and no elements.
OpCase curve(const std::string& name, std::function<Tensor(T)> f) {
  return {.name = name,
          .build = of_one(std::move(f)),
          .inputs = {{distinct({3, 5}, -4, 4)}, {uniform({}, 1, 2)}, {uniform({0, 3})}}};
}

const OpCases rectifiers = {
    {.name = "prelu",
     .build = of_two(prelu),
     .inputs = {{distinct({3, 4, 2}), uniform({4}, 0.1, 0.9)},
                {distinct({3, 4}), uniform({1}, 0.1, 0.9)},
                {distinct({5}), uniform({}, 0.1, 0.9)},
                {uniform({0, 3}), uniform({3})}}},
    curve("elu", [](T x) { return elu(x); }),
    curve("elu/alpha", [](T x) { return elu(x, 0.5); }),
    curve("selu", selu),
    curve("celu", [](T x) { return celu(x); }),
    curve("celu/alpha", [](T x) { return celu(x, 0.7); }),
    curve("silu", [](T x) { return silu(x); }),
    curve("silu/beta", [](T x) { return silu(x, 1.5); }),
    curve("mish", mish),
    curve("softplus/beta", [](T x) { return softplus(x, 2); }),
    {.name = "hard_swish",
     .build = of_one(hard_swish),
     .inputs = {{distinct({4, 5}, -4, 4)}, {uniform({}, 1, 2)}, {uniform({0, 3})}}},
    {.name = "threshold",
     .build = of_one([](T x) { return threshold(x, 0.5, -3); }),
     .inputs = {{distinct({3, 5})}, {uniform({}, 1, 2)}, {uniform({0, 3})}}},
    {.name = "glu",
     .build = of_one([](T x) { return glu(x); }),
     .inputs = {{uniform({3, 6})}, {uniform({2, 3, 4})}, {uniform({0, 4})}}},
    {.name = "glu/middle", .build = of_one([](T x) { return glu(x, 1); }), .inputs = {{uniform({2, 4, 3})}}},
};

}  // namespace
}  // namespace luge::testing
