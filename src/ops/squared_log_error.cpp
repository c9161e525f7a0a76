// squared_log_error: the square of the difference of log(1 + t) and log(1 + y).
#include <fmt/format.h>

#include "luge/error.h"
#include "luge/ops/regression_losses.h"
#include "ops/pair.h"

namespace luge {

Tensor squared_log_error(const Tensor& prediction, const Tensor& target, double least) {
  if (!(least > -1))
    throw ValueError(fmt::format("squared_log_error: least is {}; expected a number above -1", least));
  const Pair pair("squared_log_error", prediction, target);
  const auto of = [&](const Tensor& x) { return log1p(clamp_min(x, least)); };
  return pair.rounded(square(of(pair.prediction) - of(pair.target)));
}

}  // namespace luge
