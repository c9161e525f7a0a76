// huber_loss: squares of small errors, absolute values of large ones (Huber 1964); smooth_l1_loss is the same
// over its delta (Girshick 2015).
#include <fmt/format.h>

#include "luge/error.h"
#include "luge/ops/regression_losses.h"
#include "ops/pair.h"

namespace luge {
namespace {

// The limited error times what it has been on average between 0 and the error: no square of a large error.
Tensor huber(const Tensor& error, double delta) {
  const Tensor size = abs(error), limited = minimum(size, delta);
  return limited * (size - 0.5 * limited);
}

}  // namespace

Tensor huber_loss(const Tensor& prediction, const Tensor& target, double delta) {
  if (!(delta > 0))
    throw ValueError(fmt::format("huber_loss: delta is {}; expected a number above 0", delta));
  const Pair pair("huber_loss", prediction, target);
  return pair.rounded(huber(pair.prediction - pair.target, delta));
}

Tensor smooth_l1_loss(const Tensor& prediction, const Tensor& target, double beta) {
  if (!(beta >= 0)) throw ValueError(fmt::format("smooth_l1_loss: beta is {}; expected 0 or more", beta));
  const Pair pair("smooth_l1_loss", prediction, target);
  const Tensor error = pair.prediction - pair.target;
  return pair.rounded(beta == 0 ? abs(error) : huber(error, beta) / beta);
}

}  // namespace luge
