// gaussian_nll_loss: the negative log-likelihood under a normal distribution with a predicted mean and
// variance (Nix and Weigend 1994, PyTorch functional.gaussian_nll_loss).
#include <fmt/format.h>

#include <cmath>
#include <numbers>

#include "luge/error.h"
#include "luge/ops/regression_losses.h"
#include "ops/pair.h"

namespace luge {

Tensor gaussian_nll_loss(const Tensor& mean, const Tensor& target, const Tensor& variance, bool full,
                         double epsilon) {
  if (!(epsilon > 0))
    throw ValueError(fmt::format("gaussian_nll_loss: epsilon is {}; expected a number above 0", epsilon));
  const Pair pair("gaussian_nll_loss", mean, target);
  const Tensor given = Pair("gaussian_nll_loss", variance, target).prediction;
  // The bound changes the value alone: the gradient passes it.
  const Tensor v = given + stop_gradient(clamp_min(given, epsilon) - given);
  const Tensor cost = 0.5 * (log(v) + square(pair.target - pair.prediction) / v);
  return pair.rounded(full ? cost + 0.5 * std::log(2 * std::numbers::pi) : cost);
}

}  // namespace luge
