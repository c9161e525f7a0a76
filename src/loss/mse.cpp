#include "loss/elementwise.h"
#include "luge/facts.h"
#include "luge/loss/loss.h"
#include "luge/ops/math.h"

namespace luge::loss {
namespace {

const bool added_mse = add("mse", "the mean squared error, for numbers", [] { return MSE(); });

const bool told_mse = facts::add(
    "loss", {{"mse",
              {.formula = "L = (y - t)², mean over the numbers of a sample",
               .derivative = "∂L/∂y = 2·(y - t)",
               .range = "[0, ∞)",
               .use = "for numbers with errors like those of a normal distribution. A few large errors "
                      "dominate it: use huber or mae where targets have outliers. After a sigmoid its "
                      "gradient vanishes for answers that are wrong and sure; use a cross-entropy there."}}});

}  // namespace

MSE::MSE(Reduction reduction)
    : Loss("mse", reduction, [](const Tensor& prediction, const Tensor& target) {
        return Cost{.each = mean_per_sample(square(matched("mse", prediction, target) - prediction)),
                    .weight = {}};
      }) {}

}  // namespace luge::loss
