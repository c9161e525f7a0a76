// Every registered loss, walked by name: gradients, weights, sums, dtypes, and numbers far from 0; and the
// values and gradients of PyTorch and Keras.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "luge/autodiff.h"
#include "luge/gradient_check.h"
#include "luge/loss/loss.h"
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "luge/random.h"
#include "luge/variable.h"
#include "support/golden.h"
#include "support/loss_data.h"

namespace luge::loss {
namespace {

using testing::loss_data;
using testing::LossData;

class Registered : public ::testing::TestWithParam<std::string> {
 protected:
  Registered() { random::seed(17); }
  const std::string& name() const { return GetParam(); }
};

Tensor first(const Tensor& x, std::int64_t n) { return slice(x, 0, 0, n); }

TEST_P(Registered, GradientsAreTheSlopes) {
  const Loss loss = named(name());
  const LossData data = loss_data(name(), loss, 4, 3);
  const auto report =
      gradient_check([&](const Tensors& in) { return Tensors{loss(in[0], data.target)}; }, {data.prediction});
  EXPECT_TRUE(report.passed) << report.to_string();
}

TEST_P(Registered, SamplesCountByTheirWeights) {
  const Loss loss = named(name());
  const LossData data = loss_data(name(), loss, 4, 3);
  const Tensor once = tensor<double>({1, 1, 0, 0}, {4}), twice = tensor<double>({3, 1, 0, 0}, {4});
  const double two = loss(first(data.prediction, 2), first(data.target, 2)).item<double>();
  EXPECT_NEAR(loss(data.prediction, data.target, once).item<double>(), two, 1e-12 * std::abs(two));
  const double one = loss(first(data.prediction, 1), first(data.target, 1)).item<double>();
  const double both = loss.root() ? std::hypot(one, two) / std::sqrt(2) : (one + two) / 2;
  EXPECT_NEAR(loss(data.prediction, data.target, twice).item<double>(), both,
              1e-12 * (std::abs(one) + std::abs(two)));
  EXPECT_EQ(loss(data.prediction, data.target, zeros({4}, f64)).item<double>(), 0);
}

TEST_P(Registered, WhatWeighsNothingMayBeNaN) {
  const Loss loss = named(name());
  const LossData data = loss_data(name(), loss, 3, 3);
  Tensor last = equal(iota_like(data.prediction, 0), 2);
  const Variable p(where(last, NAN, data.prediction), "p");
  const Tensor cost = loss(p.value(), data.target, tensor<double>({1, 1, 0}, {3})), slope = grad(cost, p);
  eval({cost, slope});
  EXPECT_TRUE(std::isfinite(cost.item<double>()));
  for (const double each : slope.to_vector<double>()) EXPECT_TRUE(std::isfinite(each));
}

TEST_P(Registered, SumsAddUpOverUnevenBatches) {
  const Loss loss = named(name());
  const LossData data = loss_data(name(), loss, 5, 3);
  const Sums all = loss.sums(data.prediction, data.target);
  const Sums a = loss.sums(first(data.prediction, 2), first(data.target, 2)),
             b = loss.sums(slice(data.prediction, 0, 2, 5), slice(data.target, 0, 2, 5));
  EXPECT_NEAR(all.cost.item<double>(), a.cost.item<double>() + b.cost.item<double>(), 1e-11);
  EXPECT_NEAR(all.weight.item<double>(), a.weight.item<double>() + b.weight.item<double>(), 1e-12);
  const double mean = Loss::mean(all).item<double>();
  EXPECT_NEAR(loss.root() ? std::sqrt(mean) : mean, loss(data.prediction, data.target).item<double>(), 1e-12);
}

TEST_P(Registered, SixteenBitsGiveFloat32) {
  const Loss loss = named(name());
  const LossData data = loss_data(name(), loss, 4, 3);
  for (const DType dtype : {f16, bf16}) {
    const Tensor narrow = cast(data.prediction, dtype);
    const Variable p(narrow, "p");
    const Tensor cost = loss(p.value(), data.target);
    EXPECT_EQ(cost.dtype(), f32);
    EXPECT_EQ(grad(cost, p).dtype(), dtype);
    const double wide = loss(cast(narrow, f64), data.target).item<double>();
    EXPECT_NEAR(cost.item<double>(), wide, 1e-4 * std::max(1.0, std::abs(wide)));
  }
}

// The costs whose mathematics overflows.
const std::set<std::string> exponentials = {"exponential", "poisson"};

TEST_P(Registered, StaysFiniteFarFromZero) {
  const Loss loss = named(name());
  if (loss.outputs() == OutputKind::probabilities || loss.outputs() == OutputKind::binary_probabilities)
    return;
  for (const double far : {1e4, -1e4}) {
    const LossData data = loss_data(name(), loss, 6, 3);
    const Variable p(cast(where(greater(data.prediction, 0), far, full_like(data.prediction, -far / 3)), f32),
                     "p");
    const Tensor cost = loss(p.value(), data.target), slope = grad(cost, p);
    eval({cost, slope});
    if (exponentials.contains(name())) continue;
    EXPECT_TRUE(std::isfinite(cost.item<double>())) << far;
    for (const double each : slope.to_vector<double>()) EXPECT_TRUE(std::isfinite(each)) << far;
  }
}

TEST_P(Registered, SaturatedProbabilitiesGiveFiniteGradients) {
  const Loss loss = named(name());
  if (loss.outputs() != OutputKind::probabilities && loss.outputs() != OutputKind::binary_probabilities)
    return;
  const LossData data = loss_data(name(), loss, 6, 3);
  const Variable p(cast(where(greater(data.prediction, 1.0 / 3), 1, 0 * data.prediction), f32), "p");
  const Tensor cost = loss(p.value(), data.target), slope = grad(cost, p);
  eval({cost, slope});
  EXPECT_TRUE(std::isfinite(cost.item<double>()));
  for (const double each : slope.to_vector<double>()) EXPECT_TRUE(std::isfinite(each));
}

INSTANTIATE_TEST_SUITE_P(Every, Registered, ::testing::ValuesIn(names()), [](const auto& info) {
  std::string name = info.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

TEST(LossGolden, ValuesAndGradientsAreThoseOfPyTorchAndKeras) {
  std::map<std::string, int> counts;
  for (const testing::Golden& golden : testing::read_goldens("loss/losses.safetensors")) {
    ++counts[golden.row];
    const Loss loss = named(golden.row);
    testing::expect_golden(
        golden, [&](const Tensors& in) { return Tensors{loss(in[0], in[1])}; }, 1e-11);
  }
  std::set<std::string> covered;
  for (const auto& [row, count] : counts) {
    EXPECT_GE(count, 3) << row;
    covered.insert(row.substr(0, row.find('(')));
  }
  for (const std::string& name : names()) {
    if (name.starts_with("test-")) continue;
    EXPECT_TRUE(covered.contains(name)) << name << " has no golden case in tests/golden/make_losses.py";
  }
}

}  // namespace
}  // namespace luge::loss
