// Penalties, constraints and groups by path.
#include <gtest/gtest.h>

#include <cmath>

#include "luge/autodiff.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/optim/optimizers.h"
#include "support/errors.h"

namespace luge::optim {
namespace {

using testing::expect_error;
using Values = std::vector<double>;

std::vector<std::string> own_names(const std::vector<std::string>& all) {
  std::vector<std::string> own;
  for (const std::string& name : all) {
    if (!name.starts_with("test-")) own.push_back(name);
  }
  return own;
}

TEST(Regularizers, HaveTheSlopesOfTheirCosts) {
  for (const std::string& name : own_names(regularizer::names())) {
    const Regularizer own = regularizer::named(name, {.samples = 7});
    const Tensor w = tensor<double>({1.5, -2, 0.25, -0.125}, {2, 2});
    const Values slope = own.slope(w).to_vector<double>(), right = grad(own.cost(w), w).to_vector<double>();
    for (std::size_t i = 0; i < slope.size(); ++i) EXPECT_NEAR(slope[i], right[i], 1e-12) << name;
    for (const double each : own.slope(zeros({2, 2}, f64)).to_vector<double>()) EXPECT_EQ(each, 0) << name;
    EXPECT_EQ(own.name(), name);
    EXPECT_EQ(own.slope(ones({2, 2}, f32)).dtype(), f32);
  }
}

// Each convention has its factor of Σw².
TEST(Regularizers, ConventionsDifferByTheirFactors) {
  const Tensor w = tensor<double>({3, -4}, {1, 2});
  const auto cost = [&](const Regularizer& own) { return own.cost(w).item<double>(); };
  EXPECT_NEAR(cost(regularizer::l2(0.1)), 0.1 * 25, 1e-12);
  EXPECT_NEAR(cost(regularizer::half_l2(0.1)), 0.05 * 25, 1e-12);
  EXPECT_NEAR(cost(regularizer::l2_over_samples(0.1, 10)), 0.005 * 25, 1e-12);
  EXPECT_NEAR(cost(regularizer::l1(0.1)), 0.1 * 7, 1e-12);
  EXPECT_NEAR(cost(regularizer::elastic(0.1, 0.2)), 0.1 * 7 + 0.2 * 25, 1e-12);
  EXPECT_NEAR(cost(regularizer::named("l2-over-samples(lambda=3)", {.samples = 6})), 0.25 * 25, 1e-12);
}

TEST(Regularizers, ActOnTheSelectedParameters) {
  const Variable w(full({1, 2}, 2.0), "w"), other(full({1, 2}, 2.0), "other"), b(full({2}, 2.0), "b");
  const auto stepped = [&](const Selection& selection) {
    for (Variable each : {w, other, b}) each.assign(full(each.shape(), 2.0));
    GradientDescent(1, {.regularizers = {regularizer::l2(0.25, selection)}})
        .step({{"a.w", w}, {"z.w", other}, {"a.b", b}},
              {zeros(w.shape()), zeros(other.shape()), zeros(b.shape())});
    return Values{w.value().to_vector<double>()[0], other.value().to_vector<double>()[0],
                  b.value().to_vector<double>()[0]};
  };
  EXPECT_EQ(stepped({}), (Values{1, 1, 2}));
  EXPECT_EQ(stepped({.parameters = {"a.*"}}), (Values{1, 2, 2}));
  EXPECT_EQ(stepped({.vectors = true}), (Values{1, 1, 1}));
  expect_error<ValueError>([&] { stepped({.parameters = {"a.v"}}); }, {"l2", "'a.v' matches no parameter"});
}

// Clipping is for the gradients of the data alone.
TEST(Regularizers, AreAddedAfterClipping) {
  const Variable w(full({1, 1}, 2.0, f64), "w");
  GradientDescent(1, {.clip_value = 0.5, .regularizers = {regularizer::l1(1)}})
      .step({w}, {full({1, 1}, 10.0, f64)});
  EXPECT_EQ(w.value().item<double>(), 0.5);
}

TEST(Regularizers, OfSixteenBitWeightsCountInFloat32) {
  const Variable w(full({1, 1}, 1.0, bf16), "w");
  const GradientDescent descent(1, {.regularizers = {regularizer::half_l2(1e-3)}});
  for (int k = 0; k < 100; ++k) descent.step({w}, {zeros({1, 1}, bf16)});
  EXPECT_NEAR(w.value().item<double>(), std::pow(0.999, 100), 0x1p-8);
}

TEST(Regularizers, RefuseNegativeFactors) {
  expect_error<options::OptionError>([] { regularizer::l1(-1); }, {"regularizer l1: lambda is -1"});
  expect_error<options::OptionError>([] { regularizer::elastic(0, -1); }, {"lambda2 is -1"});
  expect_error<ValueError>([] { regularizer::l2_over_samples(1, 0); }, {"0 samples"});
  expect_error<ValueError>([] { regularizer::named("l3"); }, {"l3", "l1"});
}

Values constrained(const Constraint& own, const Tensor& w) { return own(w).to_vector<double>(); }

TEST(Constraints, ProjectTheWeightsOfEachUnit) {
  const Tensor w = tensor<double>({3, -4, 0.3, 0.4, 0, 0}, {3, 2});
  EXPECT_EQ(constrained(constraint::max_norm(2.5), w), (Values{1.5, -2, 0.3, 0.4, 0, 0}));
  const Values unit = constrained(constraint::unit_norm(), w);
  const Values right = {0.6, -0.8, 0.6, 0.8, 0, 0};
  for (std::size_t i = 0; i < 6; ++i) EXPECT_NEAR(unit[i], right[i], 1e-15);
  EXPECT_EQ(constrained(constraint::non_negative(), w), (Values{3, 0, 0.3, 0.4, 0, 0}));
  // All taps of a filter are of one unit.
  EXPECT_EQ(constrained(constraint::max_norm(1), full({2, 1, 2, 2}, 2.0, f64)), Values(8, 0.5));
  EXPECT_EQ(constrained(constraint::max_norm(1), tensor<double>({-3, 0.5}, {2})), (Values{-1, 0.5}));
}

TEST(Constraints, HoldAfterEachStepInEveryDType) {
  for (const std::string& name : own_names(constraint::names())) {
    for (const DType dtype : {f32, f64, bf16, f16}) {
      const Constraint own = constraint::named(name);
      const Variable w(cast(tensor<double>({3, -4, 5, 1, 0, -1}, {2, 3}), dtype), "w");
      const Optimizer adam = Adam(0.1, {}, {.constraints = {own}});
      for (int k = 0; k < 5; ++k) adam.step({w}, {full({2, 3}, k % 2 ? 1.0 : -1.0, dtype)});
      const Values once = w.value().to_vector<double>(), twice = constrained(own, cast(w.value(), f64));
      for (std::size_t i = 0; i < once.size(); ++i) EXPECT_NEAR(once[i], twice[i], 1e-2) << name << i;
    }
  }
}

TEST(Constraints, KeepHugeAndVanishingWeightsFinite) {
  for (const double size : {1e30, 1e-30, 0.0}) {
    for (const std::string& name : own_names(constraint::names())) {
      for (const float each : constraint::named(name)(full({2, 3}, size)).to_vector<float>())
        EXPECT_TRUE(std::isfinite(each)) << name << ' ' << size;
    }
  }
  expect_error<options::OptionError>([] { constraint::max_norm(0); }, {"limit is 0", "above 0"});
  expect_error<ValueError>([] { constraint::named("norm"); }, {"max-norm"});
}

TEST(Groups, AreChosenByPath) {
  const Variable a(ones({1, 1}), "a"), b(ones({1}), "b");
  const GradientDescent descent(
      0.5, {.weight_decay = 1, .groups = {{"*", {.rate_factor = 0.5}}, {"*.b", {.weight_decay = 0.0}}}});
  descent.step({{"x.a", a}, {"x.b", b}}, {ones({1, 1}), ones({1})});
  EXPECT_EQ(a.value().item<float>(), 1 - 0.25f * 2);
  EXPECT_EQ(b.value().item<float>(), 1 - 0.25f * 1);
  expect_error<ValueError>(
      [&] {
        GradientDescent(0.5, {.groups = {{"y.*", {}}}}).track({{"x.a", a}});
      },
      {"group of 'y.*' matches no parameter"});
  expect_error<ValueError>(
      [&] {
        GradientDescent wrong(0.5, {.groups = {{"*", {.rate_factor = -1.0}}}});
      },
      {"rate_factor is -1"});
}

TEST(Groups, AreOptionsByName) {
  const Optimizer optimizer = named("sgd", 0.5,
                                    {{"rate_factors", std::vector<std::string>{"x.*:0.1", "x.a:0"}},
                                     {"weight_decays", std::vector<std::string>{"*.b:0"}},
                                     {"decay_vectors", false}});
  const auto& groups = optimizer.options().groups;
  ASSERT_EQ(groups.size(), 3u);
  EXPECT_EQ(groups[0].pattern, "x.*");
  EXPECT_EQ(groups[0].options.rate_factor, 0.1);
  EXPECT_EQ(groups[1].options.rate_factor, 0);
  EXPECT_EQ(groups[2].options.weight_decay, 0);
  EXPECT_FALSE(optimizer.options().decay_vectors);
  for (const char* wrong : {"x", ":1", "x:", "x:-1", "x:y"}) {
    expect_error<options::OptionError>(
        [&] {
          named("sgd", 0.5, {{"rate_factors", std::vector<std::string>{wrong}}});
        },
        {"rate_factors", wrong, "PATTERN:NUMBER"});
  }
}

}  // namespace
}  // namespace luge::optim
