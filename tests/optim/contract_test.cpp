// What every registered optimizer does that updates parameters one by one: walked, not listed.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "luge/compile.h"
#include "luge/ops/math.h"
#include "luge/ops/shape.h"
#include "luge/optim/optimizers.h"
#include "support/errors.h"

namespace luge::optim {
namespace {

using testing::expect_error;
using Values = std::vector<double>;
using Named = std::vector<nn::NamedVariable>;

std::vector<std::string> walked() {
  std::vector<std::string> all = names();
  std::erase_if(
      all, [](const std::string& name) { return name.starts_with("test-") || named(name, 1).searches(); });
  return all;
}

class EveryOptimizer : public ::testing::TestWithParam<std::string> {
 protected:
  Optimizer make(double rate = 0.01, const OptimizerOptions& common = {}) const {
    return named(GetParam(), rate, {}, common);
  }
};

// A matrix and a vector.
struct Parameters {
  explicit Parameters(DType dtype)
      : w(cast(tensor<double>({1, -2, 0.5, 3, -0.25, 2}, {2, 3}), dtype), "w"),
        b(cast(tensor<double>({0.5, -1}, {2}), dtype), "b") {}
  Named named() const { return {{"layer.w", w}, {"layer.b", b}}; }
  Values values() const {
    Values all = w.value().to_vector<double>();
    for (const double each : b.value().to_vector<double>()) all.push_back(each);
    return all;
  }
  Variable w, b;
};

// Slopes of step t that turn slowly.
Tensors slopes(int t, DType dtype, double size = 1) {
  Values w(6), b(2);
  for (std::size_t i = 0; i < 6; ++i)
    w[i] = size * (0.2 + 0.1 * static_cast<double>(i)) * std::cos(0.013 * t + static_cast<double>(i));
  for (std::size_t i = 0; i < 2; ++i) b[i] = size * 0.3 * std::cos(0.017 * t + static_cast<double>(i));
  return {cast(tensor(w, {2, 3}), dtype), cast(tensor(b, {2}), dtype)};
}

std::vector<Values> state_of(const Optimizer& optimizer) {
  std::vector<Values> all;
  for (const auto& [name, variable] : optimizer.state()) all.push_back(variable.value().to_vector<double>());
  return all;
}

TEST_P(EveryOptimizer, SixteenBitParametersLearnAsFloat64Does) {
  const auto trained = [&](DType dtype) {
    const Parameters p(dtype);
    const Optimizer optimizer = make(0.002);
    const auto step = compile([&](const Tensor& w, const Tensor& b) { optimizer.step(p.named(), {w, b}); });
    for (int t = 0; t < 200; ++t) {
      const Tensors g = slopes(t, dtype, 1e-2);
      step(g[0], g[1]);
    }
    for (const auto& [name, slot] : optimizer.state())
      EXPECT_TRUE(dtype == f64 || slot.dtype() != dtype) << name << " is as narrow as the parameter";
    return p.values();
  };
  const Values right = trained(f64);
  for (const DType dtype : {bf16, f16}) {
    const Values got = trained(dtype);
    const double digits = dtype == bf16 ? 0x1p-8 : 0x1p-11;
    // A sign may change one step earlier or later.
    for (std::size_t i = 0; i < right.size(); ++i)
      EXPECT_NEAR(got[i], right[i], 1.5 * digits * std::abs(right[i]) + 8e-3) << name(dtype) << ' ' << i;
  }
}

TEST_P(EveryOptimizer, ContinuesBitForBitFromItsState) {
  const Parameters straight(f32), first(f32), second(f32);
  const Optimizer one = make(), before = make(), after = make();
  for (int t = 0; t < 12; ++t) one.step(straight.named(), slopes(t, f32));
  for (int t = 0; t < 5; ++t) before.step(first.named(), slopes(t, f32));
  after.track(second.named());
  const auto saved = before.state(), fresh = after.state();
  ASSERT_EQ(saved.size(), fresh.size());
  for (std::size_t k = 0; k < saved.size(); ++k) {
    EXPECT_EQ(saved[k].name, fresh[k].name);
    Variable(fresh[k].variable).assign(saved[k].variable.value());
  }
  Variable(second.w).assign(first.w.value());
  Variable(second.b).assign(first.b.value());
  for (int t = 5; t < 12; ++t) after.step(second.named(), slopes(t, f32));
  EXPECT_EQ(second.values(), straight.values());
  EXPECT_EQ(state_of(after), state_of(one));
}

TEST_P(EveryOptimizer, AddsAccumulatedGradients) {
  const Parameters together(f64), apart(f64);
  const Optimizer one = make(), several = make();
  several.accumulate_gradients();
  for (int t = 0; t < 3; ++t) {
    const Tensors g = slopes(t, f64);
    one.step(together.named(), g);
    several.accumulate(apart.named(), {0.25 * g[0], 0.25 * g[1]});
    several.step(apart.named(), {0.75 * g[0], 0.75 * g[1]});
  }
  const Values a = together.values(), b = apart.values();
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 1e-12);
  EXPECT_EQ(several.steps(), 3);
}

TEST_P(EveryOptimizer, HasGroupsAndFrozenParameters) {
  const Parameters p(f64);
  const Values before = p.values();
  const Optimizer still = make(0.01, {.groups = {{"*.w", {.rate_factor = 0.0}}}});
  still.step(p.named(), slopes(0, f64));
  Values after = p.values();
  EXPECT_EQ(Values(after.begin(), after.begin() + 6), Values(before.begin(), before.begin() + 6));
  EXPECT_NE(after[6], before[6]);

  Parameters frozen(f64);
  frozen.w.set_trainable(false);
  const Optimizer optimizer = make();
  optimizer.step(frozen.named(), slopes(0, f64));
  optimizer.step(frozen.named(), {slopes(1, f64)[0], Tensor()});
  after = frozen.values();
  EXPECT_EQ(Values(after.begin(), after.begin() + 6), Values(before.begin(), before.begin() + 6));
  EXPECT_NE(after[6], before[6]);
  EXPECT_EQ(optimizer.steps(), 2);
}

TEST_P(EveryOptimizer, DecaysWeights) {
  const auto moved = [&](const OptimizerOptions& common) {
    const Parameters p(f64);
    make(0.01, common).step(p.named(), slopes(0, f64));
    return p.values();
  };
  const options::Values off = {{"weight_decay", 0}};
  const Parameters plain(f64), decayed(f64), matrices(f64);
  named(GetParam(), 0.01, off).step(plain.named(), slopes(0, f64));
  named(GetParam(), 0.01, {{"weight_decay", 30}}).step(decayed.named(), slopes(0, f64));
  named(GetParam(), 0.01, {{"weight_decay", 30}, {"decay_vectors", false}})
      .step(matrices.named(), slopes(0, f64));
  const Values a = plain.values(), b = decayed.values(), c = matrices.values();
  EXPECT_NE(a, b);
  EXPECT_EQ(Values(b.begin(), b.begin() + 6), Values(c.begin(), c.begin() + 6));
  EXPECT_EQ(Values(a.begin() + 6, a.end()), Values(c.begin() + 6, c.end()));
  EXPECT_EQ(moved({.groups = {{"layer.*", {.weight_decay = 0.0}}}}), a);
}

TEST_P(EveryOptimizer, ClipsGradients) {
  const auto stepped = [&](const OptimizerOptions& common, double size) {
    const Parameters p(f64);
    Tensors g = slopes(0, f64);
    make(0.01, common).step(p.named(), {size * g[0], size * g[1]});
    return p.values();
  };
  const Values largest = [&] {
    const Parameters p(f64);
    Tensors g = slopes(0, f64);
    make().step(p.named(), {clamp(g[0], -0.1, 0.1), clamp(g[1], -0.1, 0.1)});
    return p.values();
  }();
  EXPECT_EQ(stepped({.clip_value = 0.1}, 1), largest);
  for (const OptimizerOptions& limit :
       {OptimizerOptions{.clip_norm = 1e-3}, OptimizerOptions{.clip_global_norm = 1e-3}}) {
    const Values once = stepped(limit, 1), large = stepped(limit, 1e6);
    for (std::size_t i = 0; i < once.size(); ++i) EXPECT_NEAR(once[i], large[i], 1e-4) << i;
  }
}

// Finite gradients never leave anything behind that is not finite.
TEST_P(EveryOptimizer, TakesOrRefusesHugeGradients) {
  for (const DType dtype : {f32, f64, bf16}) {
    const double huge = dtype == f64 ? 1e300 : 1e37;
    const Parameters p(dtype);
    const Optimizer optimizer = make(0.001);
    for (int t = 0; t < 8; ++t) {
      try {
        optimizer.step(p.named(), slopes(t, dtype, t < 6 ? huge : 1e-3));
      } catch (const NonFiniteError&) {
      }
      for (const double each : p.values()) ASSERT_TRUE(std::isfinite(each)) << name(dtype) << " step " << t;
      for (const Values& slot : state_of(optimizer)) {
        for (const double each : slot) ASSERT_TRUE(std::isfinite(each)) << name(dtype) << " step " << t;
      }
    }
  }
}

TEST_P(EveryOptimizer, RefusesGradientsThatAreNotFinite) {
  const Parameters p(f32);
  const Optimizer optimizer = make();
  optimizer.step(p.named(), slopes(0, f32));
  const Values before = p.values();
  const auto state = state_of(optimizer);
  for (const double bad : {static_cast<double>(NAN), static_cast<double>(INFINITY)}) {
    expect_error<NonFiniteError>(
        [&] {
          optimizer.step(p.named(), {slopes(1, f32)[0], tensor<float>({1, static_cast<float>(bad)}, {2})});
        },
        {"the gradient of 'layer.b'"});
    EXPECT_EQ(p.values(), before);
    EXPECT_EQ(state_of(optimizer), state);
  }
}

TEST_P(EveryOptimizer, KeepsNoSubnormalNumbers) {
  const Parameters p(f32);
  const Optimizer optimizer = make(1e-4);
  const auto step = compile([&](const Tensor& w, const Tensor& b) { optimizer.step(p.named(), {w, b}); });
  for (int t = 0; t < 1200; ++t) {
    const Tensors g = slopes(t, f32, t < 2 ? 1e-3 : 0);
    step(g[0], g[1]);
    if (t % 50 != 0 && t < 800) continue;
    for (const auto& [name, variable] : optimizer.state()) {
      if (variable.dtype() != f32) continue;
      for (const float each : variable.value().to_vector<float>())
        ASSERT_NE(std::fpclassify(each), FP_SUBNORMAL) << name << " after step " << t;
    }
  }
}

TEST_P(EveryOptimizer, MovesScalarsEmptyAndWideParameters) {
  for (const Shape& shape : {Shape{}, Shape{0}, Shape{1, 1}, Shape{3, 2, 2, 2}, Shape{2, 0}}) {
    const Variable w(full(shape, 0.5), "w");
    const Optimizer optimizer = make();
    for (int t = 0; t < 3; ++t) optimizer.step({w}, {full(shape, 0.25)});
    for (const double each : w.value().to_vector<double>()) {
      EXPECT_TRUE(std::isfinite(each)) << shape.to_string();
      EXPECT_LT(each, 0.5) << shape.to_string();
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Registered, EveryOptimizer, ::testing::ValuesIn(walked()), [](const auto& info) {
  std::string name = info.param;
  for (char& each : name) each = each == '-' ? '_' : each;
  return name;
});

}  // namespace
}  // namespace luge::optim
