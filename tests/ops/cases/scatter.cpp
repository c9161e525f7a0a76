#include "luge/ops/index.h"
#include "support/op_case.h"

namespace luge::testing {
namespace {

using T = const Tensor&;
using R = ScatterReduction;

OpCase scatter_row(std::string name, R reduction, double low = -2, double high = 2) {
  return {.name = std::move(name),
          .build = of_three([reduction](T x, T at, T u) { return scatter(x, at, u, 1, reduction); }),
          .inputs = {{distinct({3, 4}, low, high), indices({3, 6}, 4), distinct({3, 6}, low, high)},
                     {distinct({2, 3, 2}, low, high), indices({2, 4, 1}, 3), distinct({2, 4, 1}, low, high)},
                     {distinct({0, 3}, low, high), indices({0, 2}, 3), distinct({0, 2}, low, high)},
                     {distinct({2, 3}, low, high), indices({2, 0}, 3), distinct({2, 0}, low, high)}},
          .integers = true};
}

OpCase scatter_nd_row(std::string name, R reduction, double low = -2, double high = 2) {
  return {.name = std::move(name),
          .build = of_three(
              [reduction](T x, T at, T u) { return scatter_nd(x, at, u, {.reduction = reduction}); }),
          .inputs = {{distinct({3, 2, 2}, low, high), indices({4, 2}, 2), distinct({4, 2}, low, high)},
                     {distinct({4, 2}, low, high), indices({2, 3, 1}, 4), distinct({2, 3, 2}, low, high)},
                     {distinct({5}, low, high), indices({1}, 5), distinct({}, low, high)},
                     {distinct({3, 2}, low, high), indices({0, 2}, 2), distinct({0}, low, high)}},
          .integers = true,
          .batch = false};
}

const OpCases scatters = {
    scatter_row("scatter", R::none),
    scatter_row("scatter/sums", R::add),
    scatter_row("scatter/mul", R::mul, 0.5, 1.5),
    scatter_row("scatter/max", R::max),
    scatter_row("scatter/min", R::min),
    {.name = "scatter/first",
     .build = of_three([](T x, T at, T u) { return scatter(x, at, u, 0); }),
     .inputs = {{distinct({4, 3}), indices({5, 2}, 4), distinct({5, 2})}},
     .batch = false},
};

const OpCases slices = {
    {.name = "gather_nd",
     .build = of_two([](T x, T at) { return gather_nd(x, at); }),
     .inputs = {{uniform({3, 2, 2}), indices({4, 2}, 2)},
                {uniform({4, 2}), indices({2, 3, 1}, 4)},
                {uniform({3, 2}), indices({2}, 2)},
                {uniform({3, 2}), indices({0, 2}, 2)}},
     .integers = true,
     .batch = false},
    {.name = "gather_nd/batch",
     .build = of_two([](T x, T at) { return gather_nd(x, at, {.batch_axes = 1}); }),
     .inputs = {{uniform({3, 2, 4}), indices({3, 5, 1}, 2)}, {uniform({2, 3, 2}), indices({2, 2}, 2)}}},
    scatter_nd_row("scatter_nd", R::none),
    scatter_nd_row("scatter_nd/add", R::add),
    scatter_nd_row("scatter_nd/mul", R::mul, 0.5, 1.5),
    scatter_nd_row("scatter_nd/max", R::max),
    scatter_nd_row("scatter_nd/min", R::min),
    {.name = "scatter_nd/batch",
     .build = of_three(
         [](T x, T at, T u) { return scatter_nd(x, at, u, {.reduction = R::add, .batch_axes = 1}); }),
     .inputs = {{uniform({3, 2, 4}), indices({3, 5, 1}, 2), uniform({3, 5, 4})}}},
};

}  // namespace
}  // namespace luge::testing
