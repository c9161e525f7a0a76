// Steps that several optimizers take.
#include "luge/ops/compare.h"
#include "luge/ops/reduce.h"
#include "optim/rules.h"

namespace luge::optim {

Tensor squarable(const Tensor& gradient) {
  const double limit = gradient.dtype() == f64 ? 0x1p511 : 0x1p63;
  return maximum(minimum(gradient, limit), -limit) + (gradient - gradient);
}

Tensor update_moments(Slots& slot, const Tensor& gradient, double beta1, double beta2) {
  Tensor &m = slot("m"), &v = slot("v");
  Tensor g = squarable(gradient);
  m = flush_subnormals(lerp(g, m, beta1));
  v = flush_subnormals(lerp(square(g), v, beta2));
  return g;
}

Tensor root_of_squares(Slots& slot, const Tensor& v, double beta2) {
  return sqrt(v) * rsqrt(slot.bias_correction(beta2));
}

Tensor trust_ratio(const Tensor& parameter, const Tensor& update, double trust, double epsilon) {
  const Tensor own = norm(parameter), length = norm(update);
  const Tensor usable = logical_and(greater(own, 0), greater(length, 0));
  return where(usable, trust * own / (where(usable, length, 1) + epsilon), 1);
}

}  // namespace luge::optim
