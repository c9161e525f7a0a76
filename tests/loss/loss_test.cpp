#include "luge/loss/loss.h"

#include <gtest/gtest.h>

#include <cmath>

#include "luge/autodiff.h"
#include "luge/gradient_check.h"
#include "luge/ops/math.h"
#include "luge/ops/nn.h"
#include "luge/ops/random.h"
#include "luge/ops/reduce.h"
#include "support/errors.h"

namespace luge::loss {
namespace {

using testing::expect_error;

// Each loss, with a prediction and a target it takes, in float64.
struct Row {
  std::string name;
  std::function<Loss(Reduction)> make;
  Tensor prediction, target;
};

Tensor numbers(const Shape& shape, double low, double high, std::int64_t seed) {
  random::seed(seed);
  return random::uniform(shape, low, high, f64);
}

std::vector<Row> rows() {
  const Tensor logits = numbers({4, 3}, -2, 2, 1);
  const Tensor labels = tensor<std::int64_t>({0, 2, 1, 2}, {4});
  return {
      {"softmax_cross_entropy", [](Reduction r) { return SoftmaxCrossEntropy({.reduction = r}); }, logits,
       labels},
      {"smoothed", [](Reduction r) { return SoftmaxCrossEntropy({.label_smoothing = 0.1, .reduction = r}); },
       logits, labels},
      {"weighted",
       [](Reduction r) {
         return SoftmaxCrossEntropy({.class_weights = {1, 2, 0.5}, .reduction = r});
       },
       logits, labels},
      {"ignoring", [](Reduction r) { return SoftmaxCrossEntropy({.ignore_index = 2, .reduction = r}); },
       logits, labels},
      {"probabilities", [](Reduction r) { return SoftmaxCrossEntropy({.reduction = r}); }, logits,
       softmax(numbers({4, 3}, -1, 1, 2))},
      {"mse", [](Reduction r) { return MSE(r); }, logits, numbers({4, 3}, -2, 2, 3)},
      {"binary_cross_entropy", [](Reduction r) { return BinaryCrossEntropy({.reduction = r}); }, logits,
       numbers({4, 3}, 0, 1, 4)},
      {"from probabilities",
       [](Reduction r) { return BinaryCrossEntropy({.from_logits = false, .reduction = r}); },
       numbers({4, 3}, 0.1, 0.9, 5), numbers({4, 3}, 0, 1, 6)},
      {"positives weighted",
       [](Reduction r) { return BinaryCrossEntropy({.positive_weight = 3, .reduction = r}); }, logits,
       numbers({4, 3}, 0, 1, 7)},
  };
}

TEST(LossContract, SumIsTheSumOfWhatNoneGives) {
  for (const Row& row : rows()) {
    const Tensor each = row.make(Reduction::none)(row.prediction, row.target);
    EXPECT_EQ(each.shape(), (Shape{4})) << row.name;
    EXPECT_NEAR(row.make(Reduction::sum)(row.prediction, row.target).item<double>(), sum(each).item<double>(),
                1e-12)
        << row.name;
    EXPECT_EQ(row.make(Reduction::mean)(row.prediction, row.target).shape(), Shape{}) << row.name;
  }
}

TEST(LossContract, GradientsAreRight) {
  for (const Row& row : rows()) {
    const Loss loss = row.make(Reduction::mean);
    const auto report =
        gradient_check([&](const Tensors& in) { return Tensors{loss(in[0], row.target)}; }, {row.prediction});
    EXPECT_TRUE(report.passed) << row.name << ": " << report.to_string();
  }
}

TEST(LossContract, SampleWeightsActAsRepetition) {
  for (const Row& row : rows()) {
    const Loss loss = row.make(Reduction::mean);
    const Tensor equal_weights = full({4}, 2.0, f64);
    EXPECT_NEAR(loss(row.prediction, row.target, equal_weights).item<double>(),
                loss(row.prediction, row.target).item<double>(), 1e-12)
        << row.name;
    const Tensor only_second = tensor<double>({0, 1, 0, 0}, {4});
    const double expected = row.make(Reduction::none)(row.prediction, row.target).to_vector<double>()[1];
    if (row.name == "mse" || row.name == "softmax_cross_entropy") {
      EXPECT_NEAR(loss(row.prediction, row.target, only_second).item<double>(), expected, 1e-12) << row.name;
    }
  }
}

TEST(SoftmaxCrossEntropy, IsPyTorchs) {
  const Tensor logits = tensor<double>({1, 2, 3, 1, 0, -1}, {2, 3});
  const Tensor labels = tensor<std::int64_t>({2, 1}, {2});
  const double first = std::log(std::exp(-2.0) + std::exp(-1.0) + 1), second = first + 1;
  EXPECT_NEAR(SoftmaxCrossEntropy()(logits, labels).item<double>(), (first + second) / 2, 1e-12);
  EXPECT_NEAR(SoftmaxCrossEntropy({.class_weights = {1, 3, 1}})(logits, labels).item<double>(),
              (first + 3 * second) / 4, 1e-12);
  EXPECT_NEAR(SoftmaxCrossEntropy({.ignore_index = 1})(logits, labels).item<double>(), first, 1e-12);
  EXPECT_NEAR(
      SoftmaxCrossEntropy({.class_weights = {1, 3, 1}, .ignore_index = 1})(logits, labels).item<double>(),
      first, 1e-12);
}

TEST(SoftmaxCrossEntropy, TakesLabelsOfAnyWholeNumber) {
  const Tensor logits = numbers({3, 4}, -1, 1, 8);
  const double expected = SoftmaxCrossEntropy()(logits, tensor<std::int64_t>({0, 3, 1}, {3})).item<double>();
  EXPECT_EQ(SoftmaxCrossEntropy()(logits, tensor<std::uint8_t>({0, 3, 1}, {3})).item<double>(), expected);
  EXPECT_EQ(SoftmaxCrossEntropy()(logits, tensor<float>({0, 3, 1}, {3})).item<double>(), expected);
}

TEST(SoftmaxCrossEntropy, SurvivesLargeLogits) {
  const Tensor logits = tensor<float>({1000, -1000}, {1, 2});
  EXPECT_EQ(SoftmaxCrossEntropy()(logits, tensor<std::int64_t>({0}, {1})).item<float>(), 0);
  EXPECT_EQ(SoftmaxCrossEntropy()(logits, tensor<std::int64_t>({1}, {1})).item<float>(), 2000);
}

TEST(BinaryCrossEntropy, SurvivesCertainty) {
  const Tensor one = ones({1});
  EXPECT_EQ(BinaryCrossEntropy()(full({1}, -500.0), one).item<float>(), 500);
  EXPECT_EQ(BinaryCrossEntropy({.from_logits = false})(zeros({1}), one).item<float>(), 100);
}

TEST(MSE, TakesAColumnAndAVector) {
  const Tensor column = tensor<float>({1, 2, 3}, {3, 1});
  EXPECT_EQ(MSE()(column, tensor<float>({1, 2, 6}, {3})).item<float>(), 3);
  EXPECT_EQ(MSE()(column, tensor<std::int32_t>({1, 2, 6}, {3})).item<float>(), 3);
  expect_error<ShapeError>([&] { MSE()(column, ones({4})); }, {"mse", "[3,1]", "[4]"});
  expect_error<ShapeError>([&] { MSE()(ones({3}), column); }, {"mse", "[3]", "[3,1]"});
}

TEST(BadInput, C23_LabelsThatAreNoClassNameTheSample) {
  const Tensor logits = numbers({3, 4}, -1, 1, 9);
  const auto cost = [&](const Tensor& labels) {
    return SoftmaxCrossEntropy()(logits, labels).item<double>();
  };
  expect_error<IndexError>(
      [&] {
        cost(tensor<std::int64_t>({0, 4, 1}, {3}));
      },
      {"label 4", "sample 1", "4 classes"});
  expect_error<IndexError>(
      [&] {
        cost(tensor<std::int64_t>({0, 1, -1}, {3}));
      },
      {"label -1", "sample 2", "4 classes"});
  expect_error<IndexError>(
      [&] {
        cost(tensor<float>({0.5, 1, 2}, {3}));
      },
      {"label 0.5", "sample 0", "whole number"});
  Variable weight(logits, "weight");
  expect_error<IndexError>(
      [&] {
        const Tensor loss = SoftmaxCrossEntropy()(weight, tensor<std::int64_t>({0, 9, 1}, {3}));
        grad(loss, weight).to_vector<double>();
      },
      {"label 9", "sample 1"});
}

TEST(BadInput, C24_ClassWeightsOfTheWrongLength) {
  const Tensor logits = numbers({3, 4}, -1, 1, 9), labels = tensor<std::int64_t>({0, 1, 2}, {3});
  expect_error<ValueError>(
      [&] {
        SoftmaxCrossEntropy({.class_weights = {1, 2}})(logits, labels);
      },
      {"2 class weights", "4 classes"});
  expect_error<ValueError>([&] { SoftmaxCrossEntropy({.class_weights = {1, -2}}); }, {"class weight -2"});
  expect_error<ShapeError>(
      [&] {
        SoftmaxCrossEntropy()(logits, labels, ones({3, 1}));
      },
      {"sample weights", "[3,1]"});
  expect_error<ShapeError>([&] { SoftmaxCrossEntropy()(logits, ones({2}, i64)); }, {"labels", "[2]"});
  expect_error<ValueError>([&] { SoftmaxCrossEntropy({.label_smoothing = 1})(logits, labels); },
                           {"label_smoothing is 1"});
}

TEST(Loss, ByName) {
  for (const std::string& name : names()) EXPECT_FALSE(named(name).name().empty());
  expect_error<ValueError>([] { named("hinge2"); }, {"hinge2", "mse", "softmax-cross-entropy"});
}

// The sum of all costs leaves float32, their mean does not.
TEST(Means, OfLargeCostsAreFinite) {
  const Tensor zero = zeros({8, 1}), far = full({8, 1}, 1.7e19), weights = full({8}, 1e10);
  Variable p(far, "p");
  for (const Tensor& weight : {Tensor(), weights, full({8}, 1e-30)}) {
    const Tensor cost = MSE()(p.value(), zero, weight);
    EXPECT_NEAR(cost.item<double>() / 2.89e38, 1, 1e-6);
    const Sums sums = MSE().sums(p.value(), zero, weight);
    EXPECT_NEAR(Loss::mean(sums).item<double>() / 2.89e38, 1, 1e-6);
    const auto slopes = grad(cost, p).to_vector<double>();
    EXPECT_NEAR(slopes[3] / (2 * 1.7e19 / 8), 1, 1e-5);
  }
}

TEST(Axes, ThatDoNotExistAreNamed) {
  for (const std::int64_t axis :
       {std::int64_t{2}, std::int64_t{-3}, std::int64_t{100}, (std::int64_t{1} << 32) + 1}) {
    const Loss loss = SoftmaxCrossEntropy({.axis = axis});
    testing::expect_error<ShapeError>([&] { loss(ones({2, 3}), zeros({2}, i64)); }, {std::to_string(axis)});
    testing::expect_error<ShapeError>([&] { loss.targets(Shape{2, 3}, Shape{2}); }, {std::to_string(axis)});
  }
}

}  // namespace
}  // namespace luge::loss
