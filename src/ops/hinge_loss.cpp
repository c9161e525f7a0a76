// hinge_loss, squared_hinge_loss and exponential_loss: costs of scores whose sign is the answer, for targets
// -1 and 1.
#include "luge/ops/class_losses.h"
#include "ops/pair.h"

namespace luge {
namespace {

Tensor missing(const Pair& pair) { return relu(1 - pair.target * pair.prediction); }

}  // namespace

Tensor hinge_loss(const Tensor& prediction, const Tensor& target) {
  const Pair pair("hinge_loss", prediction, target);
  return pair.rounded(missing(pair));
}

Tensor squared_hinge_loss(const Tensor& prediction, const Tensor& target) {
  const Pair pair("squared_hinge_loss", prediction, target);
  return pair.rounded(square(missing(pair)));
}

Tensor exponential_loss(const Tensor& prediction, const Tensor& target) {
  const Pair pair("exponential_loss", prediction, target);
  return pair.rounded(exp(-pair.target * pair.prediction));
}

}  // namespace luge
