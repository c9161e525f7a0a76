#include "luge/ops/sample_normalization.h"

#include "support/op_case.h"

namespace luge::testing {
namespace {

using T = const Tensor&;

const OpCases sample_norms = {
    {.name = "group_norm",
     .build = of_three([](T x, T w, T b) { return group_norm(x, 2, w, b); }),
     .inputs = {{uniform({2, 4, 3}), uniform({4}, 0.5, 2), uniform({4})},
                {uniform({3, 6}), uniform({6}, 0.5, 2), uniform({6})},
                {uniform({3, 2, 2, 3}), uniform({2}, 0.5, 2), uniform({2})}},
     .halves = false,
     .tolerance = 1e-11},
    {.name = "group_norm/plain",
     .build = of_one([](T x) { return group_norm(x, 3, {}, {}, 1e-3); }),
     .inputs = {{uniform({2, 6, 2})}, {uniform({0, 3, 2})}},
     .halves = false,
     .tolerance = 1e-11},
    {.name = "instance_norm",
     .build = of_three([](T x, T w, T b) { return instance_norm(x, w, b); }),
     .inputs = {{uniform({2, 3, 4}), uniform({3}, 0.5, 2), uniform({3})},
                {uniform({3, 2, 3, 2}), uniform({2}, 0.5, 2), uniform({2})}},
     .halves = false,
     .tolerance = 1e-11},
    {.name = "rms_norm",
     .build = of_two([](T x, T w) { return rms_norm(x, w); }),
     .inputs = {{uniform({3, 5}), uniform({5}, 0.5, 2)}, {uniform({2, 3, 17}), uniform({17}, 0.5, 2)}},
     .halves = false},
    {.name = "rms_norm/two axes",
     .build = of_one([](T x) { return rms_norm(x, {}, 1, 1e-3); }),
     .inputs = {{uniform({3, 2, 4})}, {uniform({0, 2, 4})}},
     .halves = false},
    {.name = "local_response_norm",
     .build = of_one([](T x) { return local_response_norm(x); }),
     .inputs = {{uniform({2, 7, 3})}, {uniform({3, 4})}, {uniform({2, 3, 2, 2})}},
     .halves = false},
    {.name = "local_response_norm/strong",
     .build = of_one(
         [](T x) { return local_response_norm(x, {.size = 3, .alpha = 0.5, .beta = 0.6, .bias = 2}); }),
     .inputs = {{uniform({2, 4, 3})}},
     .halves = false},
    {.name = "local_response_norm/even",
     .build = of_one([](T x) { return local_response_norm(x, {.size = 4, .alpha = 0.5}); }),
     .inputs = {{uniform({2, 6, 2})}},
     .halves = false},
    {.name = "lp_normalize",
     .build = of_one([](T x) { return lp_normalize(x); }),
     .inputs = {{uniform({3, 5})}, {uniform({2, 3, 4})}, {uniform({0, 4})}},
     .halves = false},
    {.name = "lp_normalize/1",
     .build = of_one([](T x) { return lp_normalize(x, 1, 1); }),
     .inputs = {{distinct({2, 3, 4})}},
     .halves = false},
};

}  // namespace
}  // namespace luge::testing
