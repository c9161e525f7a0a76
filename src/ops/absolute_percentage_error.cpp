// absolute_percentage_error: the absolute error in percent of the target.
#include <fmt/format.h>

#include "luge/error.h"
#include "luge/ops/regression_losses.h"
#include "ops/pair.h"

namespace luge {

Tensor absolute_percentage_error(const Tensor& prediction, const Tensor& target, double epsilon) {
  if (!(epsilon > 0)) {
    throw ValueError(
        fmt::format("absolute_percentage_error: epsilon is {}; expected a number above 0", epsilon));
  }
  const Pair pair("absolute_percentage_error", prediction, target);
  return pair.rounded(100 * abs((pair.target - pair.prediction) / clamp_min(abs(pair.target), epsilon)));
}

}  // namespace luge
