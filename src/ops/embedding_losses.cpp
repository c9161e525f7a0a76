// cosine_loss, contrastive_loss (Hadsell et al. 2006) and triplet_margin_loss (Schroff et al. 2015): costs of
// the distances of vectors.
#include "luge/ops/embedding_losses.h"

#include <fmt/format.h>

#include "luge/error.h"
#include "luge/ops/reduce.h"
#include "luge/ops/sample_normalization.h"
#include "ops/pair.h"

namespace luge {
namespace {

void check_vectors(std::string_view op, const Tensor& a, const Tensor& b) {
  check_rank_between(op, "vectors", {a.dtype(), a.shape()}, 1, Shape::max_rank);
  check_rank_between(op, "vectors", {b.dtype(), b.shape()}, 1, Shape::max_rank);
}

}  // namespace

Tensor cosine_loss(const Tensor& a, const Tensor& b) {
  const Pair pair("cosine_loss", a, b);
  check_vectors("cosine_loss", a, b);
  const auto unit = [](const Tensor& x) { return lp_normalize(x, 2, -1, 1e-8); };
  return pair.rounded(1 - sum(unit(pair.prediction) * unit(pair.target), -1));
}

Tensor contrastive_loss(const Tensor& a, const Tensor& b, const Tensor& similar, double margin) {
  if (!(margin > 0))
    throw ValueError(fmt::format("contrastive_loss: margin is {}; expected a number above 0", margin));
  const Pair pair("contrastive_loss", a, b);
  check_vectors("contrastive_loss", a, b);
  const Tensor apart = pair.prediction - pair.target;
  const Tensor near = sum(square(apart), -1), far = square(relu(margin - norm(apart, 2, -1)));
  const Tensor s = Pair("contrastive_loss", similar, cast(near, similar.dtype())).prediction;
  return pair.rounded(s * near + (1 - s) * far);
}

Tensor triplet_margin_loss(const Tensor& anchor, const Tensor& positive, const Tensor& negative,
                           const TripletOptions& o) {
  if (!(o.margin > 0))
    throw ValueError(fmt::format("triplet_margin_loss: margin is {}; expected a number above 0", o.margin));
  if (!(o.p >= 1)) throw ValueError(fmt::format("triplet_margin_loss: p is {}; expected 1 or more", o.p));
  const Pair near("triplet_margin_loss", anchor, positive), far("triplet_margin_loss", anchor, negative);
  check_vectors("triplet_margin_loss", anchor, positive),
      check_vectors("triplet_margin_loss", anchor, negative);
  const auto distance = [&](const Pair& pair) { return norm(pair.prediction - pair.target, o.p, -1); };
  return near.rounded(relu(distance(near) - distance(far) + o.margin));
}

}  // namespace luge
