// 16-bit parameters, and gradients near the ends of a dtype's range.
#include <gtest/gtest.h>

#include <cmath>

#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/optim/optimizers.h"
#include "support/errors.h"

namespace luge::optim {
namespace {

using Values = std::vector<double>;

Tensor numbers(const Values& values, DType dtype) {
  return cast(tensor(values, Shape{static_cast<std::int64_t>(values.size())}), dtype);
}
// `steps` steps from 1 and -2 along a gradient that turns slowly; the parameter as float64.
Values trained(const Optimizer& optimizer, DType dtype, int steps) {
  const Variable w(numbers({1, -2}, dtype), "w");
  for (int t = 0; t < steps; ++t) {
    const double slope = 1e-3 * std::cos(0.003 * t);
    optimizer.step({w}, {numbers({slope, -2 * slope}, dtype)});
  }
  return w.value().to_vector<double>();
}

using Make = Optimizer (*)();
class Halves : public ::testing::TestWithParam<std::tuple<Make, DType>> {};

// Each single step is below what the dtype resolves.
TEST_P(Halves, LearnAsFloat64Does) {
  const auto [make, dtype] = GetParam();
  const Values right = trained(make(), f64, 300), got = trained(make(), dtype, 300);
  const double digits = dtype == bf16 ? 0x1p-8 : 0x1p-11;
  for (std::size_t i = 0; i < right.size(); ++i)
    EXPECT_NEAR(got[i], right[i], 2 * digits * std::abs(right[i]));
  EXPECT_GT(std::abs(got[0] - 1), 0.01);
}

INSTANTIATE_TEST_SUITE_P(
    Rules, Halves,
    ::testing::Combine(::testing::Values([]() -> Optimizer { return Adam(1e-3); },
                                         []() -> Optimizer {
                                           return Adam(1e-3, {},
                                                       {.weight_decay = 0.01, .decay = Decay::decoupled});
                                         },
                                         []() -> Optimizer { return Momentum(0.05); },
                                         []() -> Optimizer { return Momentum(0.05, {.nesterov = true}); },
                                         []() -> Optimizer { return GradientDescent(0.2); },
                                         []() -> Optimizer {
                                           return GradientDescent(0.2, {.weight_decay = 1e-3});
                                         }),
                       ::testing::Values(bf16, f16)));

TEST(ExactValues, BeginAnewFromAWeightThatSomebodyWrote) {
  Variable w(numbers({1}, bf16), "w");
  const Adam adam(1e-3);
  adam.step({w}, {numbers({1e-3}, bf16)});
  w.assign(numbers({4}, bf16));
  adam.step({w}, {numbers({1e-3}, bf16)});
  EXPECT_EQ(w.value().item<double>(), 4);
  for (int t = 0; t < 30; ++t) adam.step({w}, {numbers({1e-3}, bf16)});
  EXPECT_NEAR(w.value().item<double>(), 4 - 0.031, 0x1p-6);
  std::vector<std::string> names;
  for (const auto& [name, slot] : adam.state()) {
    names.push_back(name);
    EXPECT_TRUE(!name.starts_with("w/") || slot.dtype() == f32) << name;
  }
  EXPECT_EQ(names, (std::vector<std::string>{"step", "learning_rate", "w/exact", "w/m", "w/v"}));
}

TEST(ExactValues, GradientsAreAccumulatedInFloat32) {
  const Variable w(numbers({0}, bf16), "w");
  const std::vector<nn::NamedVariable> named = {{"w", w}};
  const GradientDescent descent(1);
  descent.accumulate_gradients();
  for (int k = 0; k < 999; ++k) descent.accumulate(named, {numbers({1}, bf16)});
  descent.step(named, {numbers({1}, bf16)});
  EXPECT_EQ(w.value().item<double>(), -1000);
}

TEST(Clipping, ScalesGradientsWhoseSquaresOverflow) {
  const auto stepped = [](DType dtype, const Values& gradient, const OptimizerOptions& options) {
    const Variable w(numbers(Values(gradient.size(), 0), dtype), "w");
    GradientDescent(1, options).step({w}, {numbers(gradient, dtype)});
    return (-w.value()).to_vector<double>();
  };
  for (const OptimizerOptions& options :
       {OptimizerOptions{.clip_norm = 1}, OptimizerOptions{.clip_global_norm = 1}}) {
    for (const double scale : {1.0, 1e19, 5e37}) {
      const Values got = stepped(f32, {3 * scale, 4 * scale}, options);
      EXPECT_NEAR(got[0], 0.6, 1e-6);
      EXPECT_NEAR(got[1], 0.8, 1e-6);
      const double wide = scale == 1 ? 1 : scale * 1e200;
      const Values exact = stepped(f64, {3 * wide, 4 * wide}, options);
      EXPECT_NEAR(exact[0], 0.6, 1e-6);
      EXPECT_NEAR(exact[1], 0.8, 1e-6);
    }
    const Values many = stepped(f32, Values(1000, 3e38), options);
    EXPECT_NEAR(many[7], std::sqrt(1e-3), 1e-6);
    EXPECT_EQ(stepped(f32, {0.25, 0}, options), (Values{0.25, 0}));
    OptimizerOptions unchecked = options;
    unchecked.check_finite = false;
    EXPECT_TRUE(std::isnan(stepped(f32, {INFINITY, 1}, unchecked)[0]));
    const Values half = stepped(f16, {30000, 40000}, options);
    EXPECT_NEAR(half[0], 0.6, 1e-3);
    EXPECT_NEAR(half[1], 0.8, 1e-3);
  }
}

TEST(Adam, TakesAFiniteStepAlongAHugeGradient) {
  for (const DType dtype : {f32, f64}) {
    const double huge = dtype == f32 ? 1e20 : 1e200;
    const Variable w(numbers({1, 1, 1}, dtype), "w");
    const Adam adam(1e-3);
    adam.step({w}, {numbers({huge, -huge * 1e15, 1}, dtype)});
    const Values got = w.value().to_vector<double>();
    EXPECT_NEAR(got[0], 0.999, 1e-6);
    EXPECT_NEAR(got[1], 1.001, 1e-6);
    EXPECT_NEAR(got[2], 0.999, 1e-6);
    adam.step({w}, {numbers({1, 1, 1}, dtype)});
    // The huge gradient counts as one whose square is a number: m̂/√v̂ = 0.09/(1 - 0.9²) / √(0.000999/(1 -
    // 0.999²)).
    const double kept = 0.09 / 0.19 / std::sqrt(0.000999 / 0.001999);
    const Values after = w.value().to_vector<double>();
    EXPECT_NEAR(after[0], 0.999 - 1e-3 * kept, 1e-6);
    EXPECT_NEAR(after[1], 1.001 + 1e-3 * kept, 1e-6);
    EXPECT_NEAR(after[2], 0.998, 1e-6);
  }
}

TEST(Rules, TakeFiniteStepsAlongHugeGradients) {
  for (const DType dtype : {f32, f64, bf16}) {
    const double huge = dtype == f64 ? 1e200 : 1e20;
    for (const auto& [make, factor] : std::vector<std::pair<Make, double>>{
             {[]() -> Optimizer { return GradientDescent(0.5); }, 0.5},
             {[]() -> Optimizer { return Momentum(0.5); }, 0.5},
             {[]() -> Optimizer { return Momentum(0.5, {.nesterov = true}); }, 0.95}}) {
      const Variable w(numbers({1, -1}, dtype), "w");
      make().step({w}, {numbers({huge, -huge}, dtype)});
      const Values got = w.value().to_vector<double>();
      EXPECT_NEAR(got[0] / huge, -factor, 0.01);
      EXPECT_NEAR(got[1] / huge, factor, 0.01);
    }
  }
}

// What is not finite must not look as if it were: a training refuses to write it.
TEST(Adam, DoesNotHideAGradientThatIsNotFinite) {
  for (const double bad : {static_cast<double>(INFINITY), static_cast<double>(NAN)}) {
    const Variable w(numbers({1}, f32), "w");
    Adam(1e-3, {}, {.check_finite = false}).step({w}, {numbers({bad}, f32)});
    EXPECT_FALSE(std::isfinite(w.value().item<double>()));
  }
}

}  // namespace
}  // namespace luge::optim
