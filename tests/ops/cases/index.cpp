#include "luge/ops/index.h"
#include "luge/ops/labels.h"
#include "luge/ops/math.h"
#include "support/op_case.h"

namespace luge::testing {
namespace {

using T = const Tensor&;

const OpCases reads = {
    {.name = "take",
     .build = of_two([](T x, T at) { return take(x, at); }),
     .inputs = {{uniform({4, 3}), indices({5}, 4)},
                {uniform({4}), indices({2, 3}, 4)},
                {uniform({4, 2}), indices({}, 4)},
                {uniform({4, 2}), indices({0}, 4)}},
     .batch = false},
    {.name = "take/inner",
     .build = of_two([](T x, T at) { return take(x, at, 1); }),
     .inputs = {{uniform({2, 4, 3}), indices({5}, 4)}}},
    {.name = "index_select",
     .build = of_two([](T x, T at) { return index_select(x, 1, at); }),
     .inputs = {{uniform({3, 4}), indices({6}, 4)}}},
    {.name = "embedding",
     .build = of_two([](T x, T at) { return embedding(x, at); }),
     .inputs = {{uniform({5, 3}), indices({2, 4}, 5)}},
     .batch = false},
    {.name = "embedding/padding",
     .build = of_two([](T x, T at) { return embedding(x, at, {.padding_index = 2}); }),
     .inputs = {{uniform({5, 3}), indices({2, 4}, 5)}},
     .gradient = false,  // it is not the slope, on purpose: the golden values have it
     .batch = false},
    {.name = "gather",
     .build = of_two([](T x, T at) { return gather(x, at, 1); }),
     .inputs = {{uniform({3, 4}), indices({3, 6}, 4)}, {uniform({3, 4}), indices({3, 2}, 4)}}},
    {.name = "gather/first",
     .build = of_two([](T x, T at) { return gather(x, at, 0); }),
     .inputs = {{uniform({4, 3}), indices({5, 2}, 4)}},
     .batch = false},
    {.name = "to_index",
     .build = of_one([](T at) { return to_index(cast(at, f64)); }),
     .inputs = {{indices({3, 2}, 4)}, {indices({}, 4)}},
     .gradient = false,
     .second = false,
     .golden = false},
    {.name = "one_hot",
     .build = of_one([](T at) { return one_hot(at, 4, f64); }),
     .inputs = {{indices({3, 2}, 4)}, {indices({}, 4)}},
     .gradient = false,
     .second = false},
};

const OpCases adds = {
    {.name = "index_add",
     .build = of_three([](T x, T at, T u) { return index_add(x, at, u); }),
     .inputs = {{uniform({4, 3}), indices({6}, 4), uniform({6, 3})}},
     .batch = false},
    {.name = "index_add/inner",
     .build = of_three([](T x, T at, T u) { return index_add(x, at, u, 1); }),
     .inputs = {{uniform({2, 4, 3}), indices({6}, 4), uniform({2, 6, 3})}},
     .halves = false},
    {.name = "scatter_add",
     .build = of_three([](T x, T at, T u) { return scatter_add(x, at, u, 1); }),
     .inputs = {{uniform({3, 4}), indices({3, 6}, 4), uniform({3, 6})}},
     .halves = false},
};

}  // namespace
}  // namespace luge::testing
