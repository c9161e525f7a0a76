// RMSE: a root of the mean over all samples.
#include <gtest/gtest.h>

#include <cmath>

#include "luge/autodiff.h"
#include "luge/loss/regression.h"
#include "luge/variable.h"

namespace luge::loss {
namespace {

const Tensor prediction = tensor<double>({1, 2, 3, 5}, {4}), target = tensor<double>({1, 4, 3, 1}, {4});

TEST(RMSE, EachReductionHasItsRoot) {
  EXPECT_DOUBLE_EQ(RMSE()(prediction, target).item<double>(), std::sqrt(5));
  EXPECT_DOUBLE_EQ(RMSE(Reduction::sum)(prediction, target).item<double>(), std::sqrt(20));
  EXPECT_EQ(RMSE(Reduction::none)(prediction, target).to_vector<double>(), (std::vector<double>{0, 2, 0, 4}));
}

TEST(RMSE, WeightsActWithinTheRoot) {
  const Tensor weight = tensor<double>({0, 3, 0, 1}, {4});
  EXPECT_DOUBLE_EQ(RMSE()(prediction, target, weight).item<double>(), std::sqrt((3 * 4 + 16) / 4.0));
  EXPECT_DOUBLE_EQ(RMSE(Reduction::sum)(prediction, target, weight).item<double>(), std::sqrt(28));
  EXPECT_EQ(RMSE(Reduction::none)(prediction, target, weight).to_vector<double>(),
            (std::vector<double>{0, 6, 0, 4}));
}

TEST(RMSE, APerfectFitHasTheSlopeZero) {
  const Variable x(target, "x");
  for (const Reduction reduction : {Reduction::mean, Reduction::sum}) {
    const Tensor cost = RMSE(reduction)(x.value(), target);
    EXPECT_EQ(cost.item<double>(), 0);
    EXPECT_EQ(grad(cost, x).to_vector<double>(), std::vector<double>(4));
  }
}

}  // namespace
}  // namespace luge::loss
