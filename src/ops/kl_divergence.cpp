// kl_divergence: t·(log t - log p) of each element (Kullback and Leibler 1951).
#include "luge/ops/class_losses.h"
#include "luge/ops/compare.h"
#include "ops/pair.h"

namespace luge {

Tensor kl_divergence(const Tensor& log_probability, const Tensor& target, bool log_target) {
  const Pair pair("kl_divergence", log_probability, target);
  const Tensor &log_p = pair.prediction, &t = pair.target;
  const Tensor share = log_target ? exp(t) : t;
  const Tensor unused = equal(share, 0);
  const Tensor log_t = log_target ? where(unused, 0, t) : log(where(unused, 1, t));
  return pair.rounded(where(unused, 0, share * (log_t - where(unused, 0, log_p))));
}

}  // namespace luge
