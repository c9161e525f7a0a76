// poisson_nll_loss: the negative log-likelihood of counts (PyTorch functional.poisson_nll_loss).
#include <fmt/format.h>

#include <numbers>

#include "luge/error.h"
#include "luge/ops/compare.h"
#include "luge/ops/regression_losses.h"
#include "ops/pair.h"

namespace luge {
namespace {

// Stirling's approximation of log t! where t > 1, else 0.
Tensor stirling(const Tensor& t) {
  const Tensor large = greater(t, 1), safe = where(large, t, 1);
  return where(large, safe * log(safe) - safe + 0.5 * log(2 * std::numbers::pi * safe), 0);
}

}  // namespace

Tensor poisson_nll_loss(const Tensor& prediction, const Tensor& target, const PoissonOptions& o) {
  if (!(o.epsilon >= 0))
    throw ValueError(fmt::format("poisson_nll_loss: epsilon is {}; expected 0 or more", o.epsilon));
  const Pair pair("poisson_nll_loss", prediction, target);
  const Tensor &y = pair.prediction, &t = pair.target;
  // A count of 0 does not ask for the logarithm, which may be infinite.
  const Tensor none = equal(t, 0);
  const Tensor cost =
      o.log_input ? exp(y) - t * y : y - where(none, 0, t * log(where(none, 1, y + o.epsilon)));
  return pair.rounded(o.full ? cost + stirling(t) : cost);
}

}  // namespace luge
