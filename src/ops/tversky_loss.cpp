// tversky_loss: how far two masks are from covering each other (Salehi et al. 2017); dice_loss weights both
// kinds of errors alike (Milletari et al. 2016).
#include <fmt/format.h>

#include "luge/error.h"
#include "luge/ops/class_losses.h"
#include "luge/ops/reduce.h"
#include "ops/pair.h"

namespace luge {
namespace {

Tensor per_sample(const Tensor& each) { return each.rank() < 2 ? each : sum(each, from(1)); }

Tensor uncovered(std::string_view op, const Tensor& probability, const Tensor& target,
                 const TverskyLossOptions& o) {
  const Type p{probability.dtype(), probability.shape()}, t{target.dtype(), target.shape()};
  check_same_shape(op, "probabilities", p, "targets", t);
  check_rank_between(op, "probabilities", p, 1, Shape::max_rank);
  if (!(o.smooth > 0))
    throw ValueError(fmt::format("{}: smooth is {}; expected a number above 0", op, o.smooth));
  const Pair pair(op, probability, target);
  const Tensor both = per_sample(pair.prediction * pair.target);
  const Tensor wrong = o.alpha * per_sample(pair.prediction * (1 - pair.target)) +
                       o.beta * per_sample((1 - pair.prediction) * pair.target);
  return pair.rounded(wrong / (both + wrong + o.smooth));
}

}  // namespace

Tensor tversky_loss(const Tensor& probability, const Tensor& target, const TverskyLossOptions& o) {
  if (!(o.alpha >= 0 && o.beta >= 0)) {
    throw ValueError(
        fmt::format("tversky_loss: alpha and beta are {} and {}; expected 0 or more", o.alpha, o.beta));
  }
  return uncovered("tversky_loss", probability, target, o);
}

Tensor dice_loss(const Tensor& probability, const Tensor& target, double smooth) {
  return uncovered("dice_loss", probability, target, {.smooth = smooth / 2});
}

}  // namespace luge
