// focal_loss: the cross-entropy of samples times the share that is missing to certainty, to a power; and
// binary_focal_loss, the same of yes or no (Lin et al. 2017).
#include <fmt/format.h>

#include "luge/error.h"
#include "luge/ops/activation.h"
#include "luge/ops/class_losses.h"
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "ops/class_scores.h"
#include "ops/pair.h"

namespace luge {
namespace {

void check_gamma(std::string_view op, double gamma) {
  if (!(gamma >= 0)) throw ValueError(fmt::format("{}: gamma is {}; expected 0 or more", op, gamma));
}

constexpr double least = 1e-30;  // of what is missing to 1, so that no power has an infinite slope

}  // namespace

Tensor focal_loss(const Tensor& logits, const Tensor& target, const FocalLossOptions& o) {
  check_gamma("focal_loss", o.gamma);
  const ClassScores given(
      "focal_loss", logits, target,
      {.axis = o.axis, .label_smoothing = o.label_smoothing, .ignore_index = o.ignore_index});
  const Tensor& t = given.target;
  const Tensor unused = equal(t, 0);
  const Tensor log_p = where(unused, -1, log_softmax(given.scores, given.axis));
  if (o.gamma == 0) return given.cost(-t * log_p);
  return given.cost(-t * pow(clamp_min(-expm1(log_p), least), o.gamma) * log_p);
}

// σ(-x)^gamma is exp(-gamma·softplus(x)), which has finite slopes everywhere.
Tensor binary_focal_loss(const Tensor& logits, const Tensor& target, double gamma,
                         std::optional<double> alpha) {
  check_gamma("binary_focal_loss", gamma);
  if (alpha && !(*alpha >= 0 && *alpha <= 1))
    throw ValueError(fmt::format("binary_focal_loss: alpha is {}; expected 0 to 1", *alpha));
  const Pair pair("binary_focal_loss", logits, target);
  const Tensor &x = pair.prediction, &t = pair.target;
  const Tensor up = softplus(x), down = softplus(-x);  // -log(1-p) and -log p
  const auto part = [&](double weight, const Tensor& share, const Tensor& cost, const Tensor& other) {
    return where(equal(share, 0), 0, weight * share * exp(-gamma * other) * cost);
  };
  return pair.rounded(part(alpha.value_or(1), t, down, up) + part(alpha ? 1 - *alpha : 1, 1 - t, up, down));
}

}  // namespace luge
