// log_cosh: log(cosh(x)), and log_cosh_loss of an error. Small x go by sinh, so that no digits cancel; large
// x by exp(-2|x|), so that nothing overflows.
#include <numbers>

#include "luge/ops/regression_losses.h"
#include "ops/curve.h"
#include "ops/pair.h"

namespace luge {
namespace {

struct LogCosh : Curve<LogCosh> {
  static constexpr auto name = "log_cosh";
  Tensors decompose(const Tensors& in) const {
    const Tensor size = abs(in[0]);
    const Tensor small = log1p(2 * square(sinh(0.5 * minimum(size, 1))));
    return {where(less(size, 1), small, size + log1p(exp(-2 * size)) - std::numbers::ln2), tanh(in[0])};
  }
};
const Registered<LogCosh> registered_log_cosh_loss;

}  // namespace

Tensor log_cosh_loss(const Tensor& prediction, const Tensor& target) {
  const Pair pair("log_cosh_loss", prediction, target);
  return pair.rounded(make<LogCosh>({}, pair.prediction - pair.target));
}

}  // namespace luge
