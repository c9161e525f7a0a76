#include "luge/ops/regression_losses.h"

#include "support/op_case.h"

namespace luge::testing {
namespace {

using T = const Tensor&;

// Predictions and targets of one shape, broadcast, and none.
std::vector<Inputs> pairs(double low = -2, double high = 2) {
  return {{distinct({3, 4}, low, high), distinct({3, 4}, low + 0.07, high)},
          {distinct({3, 1}, low, high), distinct({4}, low + 0.07, high)},
          {uniform({0, 2}, low, high), uniform({0, 2}, low, high)}};
}

const OpCases regression = {
    {.name = "huber_loss", .build = of_two([](T p, T t) { return huber_loss(p, t); }), .inputs = pairs()},
    {.name = "huber_loss/delta",
     .build = of_two([](T p, T t) { return huber_loss(p, t, 0.35); }),
     .inputs = pairs()},
    {.name = "smooth_l1_loss",
     .build = of_two([](T p, T t) { return smooth_l1_loss(p, t, 0.45); }),
     .inputs = pairs()},
    {.name = "smooth_l1_loss/0",
     .build = of_two([](T p, T t) { return smooth_l1_loss(p, t, 0); }),
     .inputs = pairs()},
    {.name = "log_cosh_loss", .build = of_two(log_cosh_loss), .inputs = pairs(-3, 3)},
    {.name = "squared_log_error",
     .build = of_two([](T p, T t) { return squared_log_error(p, t); }),
     .inputs = pairs(-1, 2)},
    {.name = "absolute_percentage_error",
     .build = of_two([](T p, T t) { return absolute_percentage_error(p, t); }),
     .inputs = pairs(0.5, 2)},
    {.name = "poisson_nll_loss",
     .build = of_two([](T p, T t) { return poisson_nll_loss(p, t); }),
     .inputs = pairs()},
    {.name = "poisson_nll_loss/rate",
     .build = of_two([](T p, T t) { return poisson_nll_loss(p, t, {.log_input = false, .full = true}); }),
     .inputs = pairs(0.2, 3)},
    {.name = "gaussian_nll_loss",
     .build = of_three([](T m, T t, T v) { return gaussian_nll_loss(m, t, v); }),
     .inputs = {{uniform({3, 4}), uniform({3, 4}), uniform({3, 4}, 0.5, 2)},
                {uniform({3, 4}), uniform({3, 4}), uniform({4}, 0.5, 2)}}},
    {.name = "gaussian_nll_loss/full",
     .build = of_three([](T m, T t, T v) { return gaussian_nll_loss(m, t, v, true); }),
     .inputs = {{uniform({3, 4}), uniform({3, 4}), uniform({3, 4}, 0.5, 2)}}},
};

}  // namespace
}  // namespace luge::testing
