#include "luge/loss/loss.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <map>

#include "luge/autodiff.h"
#include "luge/gradient_check.h"
#include "luge/loss/regression.h"
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/nn.h"
#include "luge/ops/random.h"
#include "luge/ops/reduce.h"
#include "support/errors.h"

namespace luge::loss {
namespace {

using testing::expect_error;

// What one sample of three classes costs, and what it weighs, in plain float64.
struct Plain {
  double cost, weight = 1;
};
using PlainLoss = std::function<Plain(const double* x, const double* t)>;

// Each loss, with a prediction and a target it takes, in float64, and its formula. A label is t[0].
struct Row {
  std::string name;
  std::function<Loss(Reduction)> make;
  Tensor prediction, target;
  PlainLoss plain;
};

Tensor numbers(const Shape& shape, double low, double high, std::int64_t seed) {
  random::seed(seed);
  return random::uniform(shape, low, high, f64);
}

// -log of the probability of class c.
double surprise(const double* x, int c) {
  return std::log(std::exp(x[0]) + std::exp(x[1]) + std::exp(x[2])) - x[c];
}
double mean_of_three(const std::function<double(int)>& each) { return (each(0) + each(1) + each(2)) / 3; }
// Of a probability p and a target t.
double surprise_of_both(double p, double t) { return -t * std::log(p) - (1 - t) * std::log(1 - p); }
double probability(double logit) { return 1 / (1 + std::exp(-logit)); }

std::vector<Row> softmax_rows() {
  const Tensor logits = numbers({4, 3}, -2, 2, 1);
  const Tensor labels = tensor<std::int64_t>({0, 2, 1, 2}, {4});
  const auto label = [](const double* t) { return static_cast<int>(t[0]); };
  return {
      {"softmax_cross_entropy", [](Reduction r) { return SoftmaxCrossEntropy({.reduction = r}); }, logits,
       labels, [=](const double* x, const double* t) { return Plain{surprise(x, label(t))}; }},
      {"smoothed", [](Reduction r) { return SoftmaxCrossEntropy({.label_smoothing = 0.1, .reduction = r}); },
       logits, labels,
       [=](const double* x, const double* t) {
         return Plain{0.9 * surprise(x, label(t)) +
                      0.1 * mean_of_three([&](int c) { return surprise(x, c); })};
       }},
      {"weighted",
       [](Reduction r) {
         return SoftmaxCrossEntropy({.class_weights = {1, 2, 0.5}, .reduction = r});
       },
       logits, labels,
       [=](const double* x, const double* t) {
         const double weights[] = {1, 2, 0.5}, weight = weights[label(t)];
         return Plain{weight * surprise(x, label(t)), weight};
       }},
      {"ignoring", [](Reduction r) { return SoftmaxCrossEntropy({.ignore_index = 2, .reduction = r}); },
       logits, labels,
       [=](const double* x, const double* t) {
         return t[0] == 2 ? Plain{0, 0} : Plain{surprise(x, label(t))};
       }},
      {"probabilities", [](Reduction r) { return SoftmaxCrossEntropy({.reduction = r}); }, logits,
       softmax(numbers({4, 3}, -1, 1, 2)),
       [](const double* x, const double* t) {
         return Plain{3 * mean_of_three([&](int c) { return t[c] * surprise(x, c); })};
       }},
  };
}

std::vector<Row> elementwise_rows() {
  const Tensor logits = numbers({4, 3}, -2, 2, 1);
  return {
      {"mse", [](Reduction r) { return MSE(r); }, logits, numbers({4, 3}, -2, 2, 3),
       [](const double* x, const double* t) {
         return Plain{mean_of_three([&](int c) { return (x[c] - t[c]) * (x[c] - t[c]); })};
       }},
      {"mae", [](Reduction r) { return MAE(r); }, logits, numbers({4, 3}, -2, 2, 3),
       [](const double* x, const double* t) {
         return Plain{mean_of_three([&](int c) { return std::abs(x[c] - t[c]); })};
       }},
      {"binary_cross_entropy", [](Reduction r) { return BinaryCrossEntropy({.reduction = r}); }, logits,
       numbers({4, 3}, 0, 1, 4),
       [](const double* x, const double* t) {
         return Plain{mean_of_three([&](int c) { return surprise_of_both(probability(x[c]), t[c]); })};
       }},
      {"from probabilities",
       [](Reduction r) { return BinaryCrossEntropy({.from_logits = false, .reduction = r}); },
       numbers({4, 3}, 0.1, 0.9, 5), numbers({4, 3}, 0, 1, 6),
       [](const double* x, const double* t) {
         return Plain{mean_of_three([&](int c) { return surprise_of_both(x[c], t[c]); })};
       }},
      {"positives weighted",
       [](Reduction r) { return BinaryCrossEntropy({.positive_weight = 3, .reduction = r}); }, logits,
       numbers({4, 3}, 0, 1, 7),
       [](const double* x, const double* t) {
         return Plain{
             mean_of_three([&](int c) { return (1 + 2 * t[c]) * surprise_of_both(probability(x[c]), t[c]); }),
             mean_of_three([&](int c) { return 1 + 2 * t[c]; })};
       }},
  };
}

std::vector<Row> rows() {
  std::vector<Row> all = softmax_rows();
  for (Row& row : elementwise_rows()) all.push_back(std::move(row));
  return all;
}

// The formula for all samples.
std::vector<Plain> plain(const Row& row) {
  const auto x = row.prediction.to_vector<double>(), t = row.target.to_vector<double>();
  const std::size_t width = t.size() / 4;
  std::vector<Plain> all;
  for (std::size_t n = 0; n < 4; ++n) all.push_back(row.plain(&x[3 * n], &t[width * n]));
  return all;
}

// Costs of the samples, their sum and their mean, with weights of the samples (Tensor(): none).
void expect_plain(const Row& row, const std::vector<double>& sample_weights) {
  const Tensor given = sample_weights.empty() ? Tensor() : tensor(sample_weights, {4});
  const std::vector<Plain> expected = plain(row);
  const Tensor each = row.make(Reduction::none)(row.prediction, row.target, given);
  ASSERT_EQ(each.shape(), (Shape{4})) << row.name;
  double sum = 0, weight = 0;
  for (std::size_t n = 0; n < 4; ++n) {
    const double own = sample_weights.empty() ? 1 : sample_weights[n];
    EXPECT_NEAR(each.to_vector<double>()[n], own * expected[n].cost, 1e-12) << row.name << ", sample " << n;
    sum += own * expected[n].cost;
    weight += own * expected[n].weight;
  }
  const Tensor total = row.make(Reduction::sum)(row.prediction, row.target, given),
               mean = row.make(Reduction::mean)(row.prediction, row.target, given);
  EXPECT_EQ(total.shape(), Shape{}) << row.name;
  EXPECT_NEAR(total.item<double>(), sum, 1e-12) << row.name;
  EXPECT_EQ(mean.shape(), Shape{}) << row.name;
  EXPECT_NEAR(mean.item<double>(), sum / weight, 1e-12) << row.name;
}

TEST(LossContract, CostsSumsAndMeansAreThoseOfTheFormula) {
  for (const Row& row : rows()) expect_plain(row, {});
}

TEST(LossContract, SamplesCountByTheirWeights) {
  for (const Row& row : rows()) {
    expect_plain(row, {2, 2, 2, 2});
    expect_plain(row, {0.5, 3, 1, 0});
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

TEST(BadInput, C10_PredictionsThatAreWholeNumbersAreRefused) {
  const Tensor whole = ones({4, 3}, i64), truth = ones({4, 3});
  for (const Loss& loss :
       {Loss(MSE()), Loss(BinaryCrossEntropy()), Loss(BinaryCrossEntropy({.from_logits = false}))}) {
    for (const Tensor& prediction : {whole, greater(whole, 0)})
      expect_error<DTypeError>(
          [&] { loss(prediction, truth); },
          {loss.name(), "prediction", prediction.dtype() == i64 ? "i64[4,3]" : "bool[4,3]"});
  }
  expect_error<DTypeError>([&] { SoftmaxCrossEntropy()(whole, zeros({4}, i64)); },
                           {"softmax_cross_entropy", "i64[4,3]"});
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
  expect_error<options::OptionError>(
      [&] {
        SoftmaxCrossEntropy({.class_weights = {1, -2}});
      },
      {"class_weights is [1,-2]"});
  expect_error<options::OptionError>(
      [&] {
        SoftmaxCrossEntropy({.class_weights = {0, 0}});
      },
      {"class_weights are all 0"});
  expect_error<ShapeError>(
      [&] {
        SoftmaxCrossEntropy()(logits, labels, ones({3, 1}));
      },
      {"sample weights", "[3,1]"});
  expect_error<ShapeError>([&] { SoftmaxCrossEntropy()(logits, ones({2}, i64)); }, {"labels", "[2]"});
  expect_error<options::OptionError>([&] { SoftmaxCrossEntropy({.label_smoothing = 1})(logits, labels); },
                                     {"label_smoothing is 1"});
}

TEST(Loss, ByName) {
  struct Known {
    Tensor prediction, target;
    double cost;
  };
  const Tensor logits = tensor<float>({0, std::log(3.0F)}, {1, 2});
  const std::map<std::string, Known> known = {
      {"mse", {logits, zeros({1, 2}), std::log(3) * std::log(3) / 2}},
      {"softmax-cross-entropy", {logits, tensor<std::int64_t>({0}, {1}), std::log(4)}},
      {"binary-cross-entropy",
       {logits, tensor<float>({0, 1}, {1, 2}), (std::log(2) + std::log(4.0 / 3)) / 2}},
  };
  for (const auto& [name, k] : known)  // tests/loss/registered_test.cpp holds the others against PyTorch
    EXPECT_NEAR(named(name)(k.prediction, k.target).item<double>(), k.cost, 1e-6) << name;
  expect_error<ValueError>([] { named("of-nothing"); }, {"of-nothing", "mse", "softmax-cross-entropy"});
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
