// mse, mae, rmse and mape: means of the errors of numbers.
#include "luge/metrics/regression.h"
#include "luge/ops/math.h"
#include "metrics/numbers.h"

namespace luge::metrics {
namespace {

constexpr double kLeastTarget = 0x1p-52;  // the epsilon of float64, as in scikit-learn

Tensor squared(const Numbers& numbers) { return square(numbers.difference); }
Tensor absolute(const Numbers& numbers) { return abs(numbers.difference); }
Tensor relative(const Numbers& numbers) {
  return abs(numbers.difference) / maximum(abs(numbers.target), kLeastTarget);
}
Tensor itself(const Tensor& mean) { return mean; }
Tensor root(const Tensor& mean) { return sqrt(mean); }

const bool added_errors_of_numbers = add("mse", "the mean squared error of numbers", [] { return MSE(); });
const bool added_mae = add("mae", "the mean absolute error of numbers", [] { return MAE(); });
const bool added_rmse =
    add("rmse", "the root of the mean squared error, in the units of the target", [] { return RMSE(); });
const bool added_mape =
    add("mape", "the mean absolute error as a share of the target; 0.1 is 10 percent", [] { return MAPE(); });

}  // namespace

MSE::MSE() : Metric(mean_of("mse", squared, itself)) {}
MAE::MAE() : Metric(mean_of("mae", absolute, itself)) {}
RMSE::RMSE() : Metric(mean_of("rmse", squared, root)) {}
MAPE::MAPE() : Metric(mean_of("mape", relative, itself)) {}

}  // namespace luge::metrics
