// What a loss is told not to look at has no influence, and where nothing is left the loss is 0.
#include <gtest/gtest.h>

#include <cmath>

#include "luge/autodiff.h"
#include "luge/loss/loss.h"
#include "luge/ops/math.h"
#include "luge/ops/shape.h"
#include "luge/variable.h"

namespace luge::loss {
namespace {

using Values = std::vector<double>;

struct Result {
  double cost;
  Values slope;
};
Result run(const Loss& loss, const Tensor& prediction, const Tensor& target, const Tensor& weight = {}) {
  const Variable p(prediction, "p");
  const Tensor cost = loss(p.value(), target, weight);
  const Tensor slope = grad(cost, p);
  eval({cost, slope});
  return {cost.item<double>(), slope.to_vector<double>()};
}

TEST(Masks, ALossWithoutAnySampleIsZero) {
  const Tensor logits = tensor<float>({1, 2, 3, NAN}, {2, 2});
  for (const DType dtype : {f32, f64, bf16}) {
    const Result ignored = run(SoftmaxCrossEntropy({.ignore_index = -100}), cast(logits, dtype),
                               tensor<std::int64_t>({-100, -100}, {2}));
    EXPECT_EQ(ignored.cost, 0);
    EXPECT_EQ(ignored.slope, (Values{0, 0, 0, 0}));
  }
  const Result weightless = run(MSE(), tensor<float>({1, 2}, {2}), tensor<float>({NAN, 5}, {2}), zeros({2}));
  EXPECT_EQ(weightless.cost, 0);
  EXPECT_EQ(weightless.slope, (Values{0, 0}));
  const Tensor nobody = zeros({0}, i64), nothing = zeros({0, 3});
  for (const Loss& loss :
       {Loss(SoftmaxCrossEntropy()), Loss(SoftmaxCrossEntropy({.class_weights = {1, 2, 3}})),
        Loss(SoftmaxCrossEntropy({.reduction = Reduction::sum}))})
    EXPECT_EQ(run(loss, nothing, nobody).cost, 0);
  for (const Loss& loss :
       {Loss(MSE()), Loss(BinaryCrossEntropy()), Loss(BinaryCrossEntropy({.positive_weight = 2}))})
    EXPECT_EQ(run(loss, nothing, nothing).cost, 0);
}

TEST(Masks, IgnoredSamplesMayHoldAnything) {
  const Tensor logits = tensor<float>({1, 2, NAN, INFINITY}, {2, 2}),
               labels = tensor<std::int64_t>({1, -1}, {2});
  const Result got = run(SoftmaxCrossEntropy({.ignore_index = -1}), logits, labels);
  EXPECT_NEAR(got.cost, std::log(1 + std::exp(-1)), 1e-6);
  EXPECT_NEAR(got.slope[0], 1 / (1 + std::exp(1)), 1e-6);
  EXPECT_EQ(got.slope[2], 0);
  EXPECT_EQ(got.slope[3], 0);
}

TEST(Masks, SamplesOfWeightZeroMayHoldAnything) {
  const Tensor weight = tensor<float>({0, 2}, {2});
  const Result mse = run(MSE(), tensor<float>({INFINITY, 1}, {2}), tensor<float>({NAN, 3}, {2}), weight);
  EXPECT_EQ(mse.cost, 4);
  EXPECT_EQ(mse.slope, (Values{0, -4}));
  for (const bool logits : {true, false}) {
    const Result bce = run(BinaryCrossEntropy({.from_logits = logits}), tensor<float>({NAN, 0.5f}, {2, 1}),
                           tensor<float>({NAN, 1}, {2, 1}), weight);
    EXPECT_NEAR(bce.cost, logits ? std::log(1 + std::exp(-0.5)) : std::log(2.0), 1e-6);
    EXPECT_EQ(bce.slope[0], 0);
    EXPECT_NEAR(bce.slope[1], logits ? -1 / (1 + std::exp(0.5)) : -2, 1e-6);
  }
}

TEST(Masks, LabelsMayStandInAColumn) {
  const Tensor logits = tensor<float>({1, 2, 0, 3, 1, 2}, {2, 3});
  const double right = SoftmaxCrossEntropy()(logits, tensor<std::int64_t>({0, 2}, {2})).item<double>();
  EXPECT_EQ(SoftmaxCrossEntropy()(logits, tensor<std::int64_t>({0, 2}, {2, 1})).item<double>(), right);
  EXPECT_EQ(SoftmaxCrossEntropy()(logits, tensor<float>({0, 2}, {2, 1})).item<double>(), right);
  EXPECT_EQ(SoftmaxCrossEntropy({.class_weights = {1, 1, 1}})(logits, tensor<std::int64_t>({0, 2}, {2, 1}))
                .item<double>(),
            right);
}

TEST(Saturation, LeavesGradientsFinite) {
  const Loss loss = BinaryCrossEntropy({.from_logits = false});
  const Tensor p = tensor<float>({1, 0, 1, 0}, {4}), t = tensor<float>({1, 0, 0, 1}, {4});
  const Result got = run(loss, p, t);
  EXPECT_EQ(got.cost, 50);
  EXPECT_EQ(got.slope[0], 0);
  EXPECT_EQ(got.slope[1], 0);
  EXPECT_NEAR(got.slope[2] / 2.5e11, 1, 1e-6);  // 1/(p·(1 - p)) is 1e12 at most, of a mean of four
  EXPECT_NEAR(got.slope[3] / -2.5e11, 1, 1e-6);
  const Variable x(tensor<float>({200, -200, 200, 1}, {4}), "x");
  const Values slopes = grad(loss(sigmoid(x), t), x).to_vector<double>();
  for (std::size_t k = 0; k < 3; ++k) EXPECT_EQ(slopes[k], 0) << k;
  EXPECT_NEAR(slopes[3], -0.25 / (1 + std::exp(1)), 1e-6);
}

TEST(SixteenBits, LossesAreFloat32) {
  const Tensor p = full({70000}, 300.0, f16), t = zeros({70000}, f16);
  const Variable w(p, "p");
  const Tensor cost = MSE(Reduction::mean)(w.value(), t);
  EXPECT_EQ(cost.dtype(), f32);
  const Tensor slope = grad(cost, w);
  EXPECT_EQ(slope.dtype(), f16);
  EXPECT_NEAR(cost.item<double>(), 90000, 9);
  EXPECT_EQ(MSE(Reduction::sum)(ones({3000}, bf16), zeros({3000}, bf16)).item<double>(), 3000);
  EXPECT_EQ(MSE()(full({4}, 1e19), full({4}, 0.0)).item<float>(), 1e19f * 1e19f);
}

}  // namespace
}  // namespace luge::loss
