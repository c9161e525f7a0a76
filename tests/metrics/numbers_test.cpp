// Metrics of numbers: what counts, whole numbers above 2^53, NaN, and what is not defined.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "luge/metrics/regression.h"
#include "luge/ops/math.h"
#include "support/errors.h"

namespace luge::metrics {
namespace {

using testing::expect_error;

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max(),
                       kLeast = std::numeric_limits<std::int64_t>::min();
constexpr const char* kNames[] = {"mse", "mae", "rmse", "mape", "r2"};

Tensor whole(const std::vector<std::int64_t>& values) {
  return tensor(values, {static_cast<std::int64_t>(values.size())});
}
Tensor real(const std::vector<double>& values) {
  return tensor(values, {static_cast<std::int64_t>(values.size())});
}

TEST(NumberMetrics, WholeNumbersAbove2To53AreSubtractedExactly) {
  const std::int64_t large = std::int64_t{1} << 53;
  const MAE mae;
  mae.update(whole({large, -large - 1, kMost}), whole({large + 1, -large, kMost - 3}));
  EXPECT_EQ(mae.value(), 5.0 / 3);
  const MSE mse;
  mse.update(whole({large}), whole({large + 1}));
  EXPECT_EQ(mse.value(), 1);
  const MAE far;
  far.update(whole({kMost}), whole({kLeast}));
  EXPECT_NEAR(far.value(), 0x1p64, 0x1p12) << "a difference that has 65 bits";
}

TEST(NumberMetrics, LargeMeansLoseNoDigits) {
  const R2 whole_of_it, first, second;
  std::vector<double> targets, predictions;
  for (int k = 0; k < 200; ++k) {
    targets.push_back(1e12 + k % 7);
    predictions.push_back(1e12 + k % 7 + (k % 2 ? 0.5 : -0.5));
  }
  whole_of_it.update(real(predictions), real(targets));
  const auto part = [](const std::vector<double>& all, std::ptrdiff_t from, std::ptrdiff_t stop) {
    return real({all.begin() + from, all.begin() + stop});
  };
  first.update(part(predictions, 0, 3), part(targets, 0, 3));
  second.update(part(predictions, 3, 200), part(targets, 3, 200));
  second.merge(first);
  double mean = 0, squares = 0;
  for (const double t : targets) mean += (t - 1e12) / 200;
  for (const double t : targets) squares += (t - 1e12 - mean) * (t - 1e12 - mean);
  const double expected = 1 - 200 * 0.25 / squares;
  EXPECT_NEAR(whole_of_it.value(), expected, 1e-9);
  EXPECT_NEAR(second.value(), expected, 1e-9);
}

TEST(NumberMetrics, WhatDoesNotCountMayBeAnything) {
  for (const char* name : kNames) {
    const Metric some = named(name), all = named(name);
    some.update(real({1, NAN, 3, 5}), real({2, 7, 3, 4}), tensor<bool>({true, false, true, true}, {4}));
    all.update(real({1, 3, 5}), real({2, 3, 4}));
    EXPECT_EQ(some.value(), all.value()) << name;
    // One answer for each sample holds for all its numbers.
    const Metric rows = named(name);
    rows.update(tensor<double>({1, 3, NAN, 0, 5, 5}, {3, 2}), tensor<double>({2, 3, 9, 9, 4, 4}, {3, 2}),
                tensor<bool>({true, false, true}, {3}));
    const Metric those = named(name);
    those.update(real({1, 3, 5, 5}), real({2, 3, 4, 4}));
    EXPECT_EQ(rows.value(), those.value()) << name;
  }
}

TEST(NumberMetrics, HalfPrecisionIsMeasuredInDouble) {
  const MAE mae;
  mae.update(cast(real({1.5, -2.25, 300}), f16), real({1, 2, 1000}));
  EXPECT_EQ(mae.value(), (0.5 + 4.25 + 700) / 3);
}

TEST(BadInput, C25_NoNumbersAndEqualTargetsAreDefined) {
  for (const char* name : kNames) {
    const Metric metric = named(name);
    EXPECT_EQ(metric.value(), 0) << name;
    metric.update(zeros({0, 3}), zeros({0, 3}));
    EXPECT_EQ(metric.value(), 0) << name;
    metric.update(real({2, 2}), real({2, 2}), tensor<bool>({false, false}, {2}));
    EXPECT_EQ(metric.value(), 0) << name;
  }
  const R2 right, wrong;
  right.update(real({3, 3}), real({3, 3}));
  wrong.update(real({3, 4}), real({3, 3}));
  EXPECT_EQ(right.value(), 1);
  EXPECT_EQ(wrong.value(), 0);
  const LogLoss loss;
  EXPECT_EQ(loss.value(), 0);
  const MAPE of_zero;
  of_zero.update(real({1}), real({0}));
  EXPECT_EQ(of_zero.value(), 0x1p52);
}

TEST(BadInput, C25_NaNIsNeverTheBest) {
  for (const char* name : {"mse", "mae", "rmse", "mape", "r2", "log-loss"}) {
    const Metric metric = named(name);
    metric.update(real({0.5, NAN, 0.5}), real({1, 0, 0}));
    EXPECT_TRUE(std::isnan(metric.value())) << name;
  }
  const LogLoss classes;
  classes.update(tensor<double>({0.2, 0.8, NAN, 0.5}, {2, 2}), whole({1, 1}));
  EXPECT_TRUE(std::isnan(classes.value())) << "a NaN of another class";
}

TEST(BadInput, C01_ShapesOfNumbersThatDoNotMatchAreNamed) {
  for (const char* name : kNames) {
    const Metric metric = named(name);
    metric.update(real({1, 2}), real({1, 3}));
    const double before = metric.value();
    expect_error<ShapeError>([&] { metric.update(zeros({3, 1}), zeros({4})); }, {name, "[3,1]", "[4]"});
    expect_error<ShapeError>([&] { metric.update(zeros({3}), zeros({3, 3})); }, {name, "[3]", "[3,3]"});
    EXPECT_EQ(metric.value(), before) << name;
  }
  expect_error<ShapeError>(
      [] {
        LogLoss().of_outputs(OutputKind::logits).update(zeros({3, 2}), zeros({4}, i64));
      },
      {"log-loss", "[3,2]", "[4]"});
}

TEST(BadInput, C23_LabelsOfTheLogLossAreChecked) {
  for (const OutputKind kind : {OutputKind::logits, OutputKind::probabilities}) {
    const Metric loss = LogLoss().of_outputs(kind);
    loss.update(full({2, 3}, 1.0 / 3), whole({0, 2}));
    const double before = loss.value();
    for (const std::int64_t label : {std::int64_t{3}, std::int64_t{-1}})
      expect_error<IndexError>(
          [&] {
            loss.update(full({2, 3}, 0.5), whole({0, label}));
          },
          {std::to_string(label)});
    expect_error<IndexError>(
        [&] {
          loss.update(full({2, 3}, 0.5), real({0, 0.5}));
        },
        {"log-loss", "label", "0.5", "position 1"});
    EXPECT_EQ(loss.value(), before);
    loss.update(full({2, 3}, 1.0 / 3), whole({0, 9}), tensor<bool>({true, false}, {2}));
    EXPECT_NEAR(loss.value(), std::log(3), 1e-7) << "what does not count need not be a class";
  }
}

TEST(LogLoss, StaysFiniteFarOut) {
  const Metric logits = LogLoss().of_outputs(OutputKind::binary_logits);
  logits.update(real({1e4, -1e4}), real({0, 1}));
  EXPECT_EQ(logits.value(), 1e4);
  const Metric classes = LogLoss().of_outputs(OutputKind::logits);
  classes.update(tensor<float>({1e4f, -1e4f}, {1, 2}), whole({1}));
  EXPECT_EQ(classes.value(), 2e4);
}

}  // namespace
}  // namespace luge::metrics
