// binary_cross_entropy, from logits and from probabilities.
#include "luge/ops/math.h"
#include "luge/ops/nn.h"

namespace luge {

Tensor binary_cross_entropy_with_logits(const Tensor& logits, const Tensor& target) {
  return softplus(logits) - logits * target;
}

Tensor binary_cross_entropy(const Tensor& probability, const Tensor& target) {
  const Tensor yes = clamp_min(log(probability), -100), no = clamp_min(log1p(-probability), -100);
  return -(target * yes + (1 - target) * no);
}

}  // namespace luge
