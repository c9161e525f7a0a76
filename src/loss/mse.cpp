#include "loss/elementwise.h"
#include "luge/loss/loss.h"
#include "luge/ops/math.h"

namespace luge::loss {
namespace {

const bool added = add("mse", "the mean squared error, for numbers", [] { return MSE(); });

}  // namespace

MSE::MSE(Reduction reduction)
    : Loss("mse", reduction, [](const Tensor& prediction, const Tensor& target) {
        return Cost{.each = mean_per_sample(square(matched("mse", prediction, target) - prediction)),
                    .weight = {}};
      }) {}

}  // namespace luge::loss
