// The relatives of Dropout: what they draw in train mode, and that eval mode changes nothing.
#include "luge/nn/noise.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <set>

#include "luge/autodiff.h"
#include "luge/nn/dropout.h"
#include "luge/nn/layers.h"
#include "luge/nn/rbf.h"
#include "luge/nn/rectifiers.h"
#include "luge/nn/sample_norm.h"
#include "luge/nn/squashing.h"
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/noise.h"
#include "luge/ops/random.h"
#include "luge/ops/reduce.h"
#include "luge/ops/sample_normalization.h"
#include "luge/ops/shape.h"
#include "luge/random.h"
#include "luge/variable.h"
#include "support/errors.h"

namespace luge::nn {
namespace {

using testing::expect_error;
using Values = std::vector<double>;

struct Row {
  std::string name;
  std::function<Model()> make;
  double deviation;  // of the output for inputs of 1
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

const Row rows[] = {
    {"dropout", [] { return Dropout(0.2); }, 0.5},
    {"keeping", [] { return Dropout::keeping(0.8); }, 0.5},
    {"spatial", [] { return SpatialDropout(0.2); }, 0.5},
    {"path", [] { return DropPath(0.2); }, 0.5},
    {"gaussian_dropout", [] { return GaussianDropout(0.2); }, 0.5},
    {"gaussian_noise", [] { return GaussianNoise(0.25); }, 0.25},
};

class NoiseLayers : public ::testing::TestWithParam<Row> {
 protected:
  NoiseLayers() { random::seed(8); }
};

TEST_P(NoiseLayers, KeepTheExpectedValue) {
  for (const DType dtype : {f32, f16}) {
    const Tensor y = cast(GetParam().make()(ones({20000, 4, 2}, dtype)), f64);
    // 20,000 samples that are drawn alone have a mean within 5 of its deviations.
    EXPECT_NEAR(mean(y).item<double>(), 1, 5 * GetParam().deviation / std::sqrt(20000.0));
    EXPECT_NEAR(luge::std(y).item<double>(), GetParam().deviation, 0.02);
  }
}

TEST_P(NoiseLayers, DrawAgainAtEachCallAndNothingInEvalMode) {
  const Model layer = GetParam().make();
  const Tensor x = random::uniform({50, 4, 2}, 1, 2);
  const auto a = layer(x).to_vector<float>(), b = layer(x).to_vector<float>();
  EXPECT_NE(a, b);
  layer->set_training(false);
  EXPECT_EQ(layer(x).to_vector<float>(), x.to_vector<float>());
}

INSTANTIATE_TEST_SUITE_P(Every, NoiseLayers, ::testing::ValuesIn(rows),
                         [](const auto& info) { return info.param.name; });

TEST(SpatialDropout, DropsWholeChannels) {
  random::seed(3);
  const auto y = SpatialDropout(0.5)(ones({30, 4, 3, 5})).to_vector<float>();
  for (std::size_t k = 0; k < y.size(); k += 15) {
    EXPECT_TRUE(y[k] == 0 || y[k] == 2);
    for (std::size_t i = 1; i < 15; ++i) EXPECT_EQ(y[k + i], y[k]);
  }
}

TEST(SpatialDropout, WhatIsDroppedIs0EvenWhereItIsInfinite) {
  random::seed(3);
  for (const float each : SpatialDropout(0.5)(full({20, 3, 2}, INFINITY)).to_vector<float>())
    EXPECT_TRUE(each == 0 || std::isinf(each));
  for (const float each : SpatialDropout(1)(ones({2, 3, 2})).to_vector<float>()) EXPECT_EQ(each, 0);
}

TEST(DropPath, DropsWholeSamples) {
  random::seed(4);
  const auto y = DropPath(0.5)(ones({60, 3, 2})).to_vector<float>();
  std::set<float> seen;
  for (std::size_t k = 0; k < y.size(); k += 6) {
    seen.insert(y[k]);
    for (std::size_t i = 1; i < 6; ++i) EXPECT_EQ(y[k + i], y[k]);
  }
  EXPECT_EQ(seen, (std::set<float>{0, 2}));
}

TEST(DropPath, GradientsAreThoseOfTheDraw) {
  random::seed(4);
  const Variable x(ones({8, 3}), "x");
  const Tensor y = DropPath(0.5)(x.value());
  const Tensor slope = grad(sum(y), x);
  eval({y, slope});
  EXPECT_EQ(slope.to_vector<float>(), y.to_vector<float>());
}

TEST(AlphaDropout, KeepsMeanAndVariance) {
  random::seed(5);
  const Tensor x = random::normal({200000});
  const Tensor y = AlphaDropout(0.3)(x);
  EXPECT_NEAR(mean(y).item<float>(), 0, 0.02);
  EXPECT_NEAR(luge::std(y).item<float>(), 1, 0.02);
}

// The numbers of padded positions change no draw.
TEST(Noise, DrawsPositionByPosition) {
  const Tensor x = random::uniform({3, 6, 2}, 1, 2), length = tensor<std::int64_t>({2, 4, 1}, {3});
  for (const auto& make : std::vector<std::function<Model()>>{
           [] { return GaussianDropout(0.5); }, [] { return GaussianNoise(1); },
           [] { return AlphaDropout(0.5); }, [] { return DropPath(0.5); }}) {
    const auto run = [&](std::int64_t positions) {
      random::seed(6);
      const Padded y = make()(Padded{slice(x, 1, 0, positions), length});
      return slice(y.values, 1, 0, 4).to_vector<float>();
    };
    EXPECT_EQ(run(4), run(6));
  }
}

TEST(BadInput, C08_RatesOfNoise) {
  expect_error<options::OptionError>([] { SpatialDropout(1.5); },
                                     {"SpatialDropout", "rate is 1.5", "from 0 to 1"});
  expect_error<options::OptionError>([] { DropPath(-0.1); }, {"DropPath", "rate is -0.1"});
  expect_error<options::OptionError>([] { GaussianDropout(1); }, {"GaussianDropout", "rate is 1", "below 1"});
  expect_error<options::OptionError>([] { GaussianNoise(-1); }, {"GaussianNoise", "deviation is -1"});
  expect_error<options::OptionError>([] { AlphaDropout(1); }, {"AlphaDropout", "rate is 1"});
  expect_error<ValueError>([] { gaussian_dropout(ones({2}), 1); },
                           {"gaussian_dropout", "rate is 1", "below 1"});
  expect_error<ValueError>([] { gaussian_noise(ones({2}), -1); }, {"gaussian_noise", "deviation is -1"});
  expect_error<ValueError>([] { alpha_dropout(ones({2}), NAN); }, {"alpha_dropout", "nan"});
  expect_error<ShapeError>([] { spatial_dropout(ones({2}), 0.5); }, {"spatial_dropout", "[2]"});
  expect_error<ShapeError>([] { drop_path(ones({}), 0.5); }, {"drop_path"});
  expect_error<DTypeError>([] { drop_path(ones({2}, i32), 0.5); }, {"drop_path", "i32"});
}

TEST(BadInput, C08_DropoutTakesOneShare) {
  expect_error<options::OptionError>(
      [] {
        layer("dropout", {{"rate", 0.2}, {"keep_prob", 0.8}});
      },
      {"layer dropout", "rate and keep_prob are both given"});
  expect_error<options::OptionError>([] { layer("dropout"); },
                                     {"layer dropout", "rate is missing", "keep_prob"});
  expect_error<options::OptionError>([] { Dropout::keeping(1.5); }, {"Dropout", "keep_prob is 1.5"});
  EXPECT_EQ(layer("dropout", {{"keep_prob", 0.75}})->describe(), "Dropout 0.25");
}

TEST(InstanceNormLayer, MovesByTheMeanOfTheSamplesStatistics) {
  // PyTorch: torch.nn.InstanceNorm1d(1, track_running_stats=True)(x).
  const InstanceNorm norm({.running_statistics = true});
  norm(tensor<float>({1, 2, 3, 5, 5, 8}, {2, 1, 3}));
  EXPECT_NEAR(norm.running_mean.value().item<float>(), 0.1 * 4, 1e-6);
  EXPECT_NEAR(norm.running_var.value().item<float>(), 0.9 + 0.1 * 2, 1e-6);  // (1 + 3)/2
  norm.set_training(false);
  const double scale = 1 / std::sqrt(1.1 + 1e-5);
  EXPECT_NEAR(norm(tensor<float>({1.4f}, {1, 1, 1})).item<float>(), scale, 1e-5);
  EXPECT_EQ(InstanceNorm().named_buffers().size(), 0u);
}

TEST(SampleNorms, GradientsOfEqualAndSingleElementsAreFinite) {
  for (const DType dtype : {f32, f16, bf16, f64}) {
    for (const Shape& shape : {Shape{2, 2, 3}, Shape{2, 2, 1}}) {
      for (const auto& f : std::vector<std::function<Tensor(const Tensor&)>>{
               [](const Tensor& x) { return group_norm(x, 2); },
               [](const Tensor& x) { return instance_norm(x); }, [](const Tensor& x) { return rms_norm(x); },
               [](const Tensor& x) { return lp_normalize(x, 2, -1, 1e-3); },
               [](const Tensor& x) { return local_response_norm(x); }}) {
        for (const double value : {0.0, 3.0}) {
          const Variable x(full(shape, value, dtype), "x");
          const Tensor y = f(x.value()), slope = grad(sum(y), x);
          eval({y, slope});
          for (const double each : y.to_vector<double>()) EXPECT_TRUE(std::isfinite(each));
          for (const double each : slope.to_vector<double>()) EXPECT_TRUE(std::isfinite(each));
        }
      }
    }
  }
}

// Numbers whose squares overflow, and numbers far from 0 whose squares would lose all digits.
TEST(SampleNorms, LargeAndDistantNumbersLoseNothing) {
  const Values near = {1, -1, 2, 5, 3, 0, -2, 4};
  const auto run = [&](const auto& f, DType dtype, double scale, double shift) {
    Values moved = near;
    for (double& each : moved) each = each * scale + shift;
    return f(cast(tensor(moved, {2, 2, 2}), dtype)).template to_vector<double>();
  };
  const auto compare = [](const Values& a, const Values& b, double digits) {
    for (std::size_t k = 0; k < a.size(); ++k) EXPECT_NEAR(a[k], b[k], digits) << k;
  };
  const auto group = [](const Tensor& x) { return group_norm(x, 1, {}, {}, 0); };
  const auto rms = [](const Tensor& x) { return rms_norm(x, {}, -1, 0); };
  compare(run(group, f32, 1e30, 0), run(group, f64, 1, 0), 1e-5);
  compare(run(group, f32, 1, 65536), run(group, f64, 1, 0), 1e-5);
  compare(run(group, f16, 5000, 0), run(group, f64, 1, 0), 2e-3);
  compare(run(rms, f32, 1e30, 0), run(rms, f64, 1, 0), 1e-5);
  compare(run(rms, f16, 5000, 0), run(rms, f64, 1, 0), 2e-3);
}

TEST(RBFOutput, IsTheSquaredDistance) {
  const Tensor centers = tensor<float>({1, -1, 1, 1}, {2, 2});
  const RBFOutput given(centers, false), learned(centers);
  const Tensor x = tensor<float>({1, -1, 0, 3}, {2, 2});
  EXPECT_EQ(given(x).to_vector<float>(), (std::vector<float>{0, 4, 17, 5}));
  EXPECT_EQ(learned(x).to_vector<float>(), (std::vector<float>{0, 4, 17, 5}));
  EXPECT_EQ(given.named_parameters().size(), 0u);
  EXPECT_EQ(given.named_buffers().size(), 1u);
  EXPECT_EQ(learned.named_parameters().size(), 1u);
  EXPECT_FALSE(given.text());
}

TEST(RBFOutput, GivesLogitsWhenAsked) {
  const Tensor x = tensor<float>({1, -1, 0, 3}, {2, 2});
  random::seed(3);
  const auto distances = RBFOutput(3)(x).to_vector<float>();
  random::seed(3);
  const RBFOutput logits(3, {.logits = true});
  const auto found = logits(x).to_vector<float>();
  for (std::size_t k = 0; k < found.size(); ++k) EXPECT_EQ(found[k], -distances[k]);
  ASSERT_TRUE(logits.text());
  const Model read = layer(logits.text()->name, logits.text()->values);
  for (const float each : (*read)(x).to_vector<float>()) EXPECT_LT(each, 0);
}

TEST(BadInput, C01_ShapesOfNormalizationsAndCenters) {
  const Tensor x = ones({2, 6, 3});
  expect_error<ShapeError>([&] { group_norm(x, 4); }, {"group_norm", "[2,6,3]", "4 groups"});
  expect_error<ValueError>([&] { group_norm(x, 0); }, {"group_norm", "groups is 0"});
  expect_error<ShapeError>([&] { group_norm(x, 2, ones({5})); }, {"group_norm", "scale or shift", "5", "6"});
  expect_error<DTypeError>([&] { group_norm(x, 2, ones({6}, f64)); }, {"group_norm", "f32", "f64"});
  expect_error<ValueError>([&] { group_norm(x, 2, {}, {}, -1); }, {"group_norm", "epsilon is -1"});
  expect_error<ShapeError>([&] { instance_norm(ones({2, 6})); }, {"instance_norm", "[2,6]"});
  expect_error<ShapeError>([&] { rms_norm(x, ones({4})); }, {"rms_norm", "scale", "4", "3"});
  expect_error<ShapeError>([&] { rms_norm(x, {}, 3); }, {"rms_norm", "3"});
  expect_error<ValueError>([&] { local_response_norm(x, {.size = 0}); },
                           {"local_response_norm", "size is 0"});
  expect_error<ValueError>([&] { local_response_norm(x, {.bias = 0}); },
                           {"local_response_norm", "bias is 0"});
  expect_error<ShapeError>([] { local_response_norm(ones({4})); }, {"local_response_norm", "[4]"});
  expect_error<ValueError>([&] { lp_normalize(x, -1); }, {"lp_normalize", "p is -1"});
  expect_error<ValueError>([&] { lp_normalize(x, 2, -1, 0); }, {"lp_normalize", "epsilon is 0"});
  expect_error<ShapeError>([&] { GroupNorm(4)(x); }, {"group_norm", "4 groups"});
  expect_error<options::OptionError>([] { GroupNorm(0); }, {"GroupNorm", "groups is 0"});
  expect_error<options::OptionError>([] { HardTanh({.low = 2, .high = 1}); }, {"HardTanh", "low is 2", "1"});
  expect_error<options::OptionError>([] { Celu(0); }, {"Celu", "alpha is 0"});
  expect_error<ShapeError>([] { RBFOutput(ones({3})); }, {"RBFOutput", "[3]", "[out,in]"});
  expect_error<ShapeError>([] { RBFOutput(ones({2, 3}))(ones({2, 4})); }, {"[2,4]", "[2,3]"});
  expect_error<ShapeError>([] { PRelu({.per_channel = true})(ones({4})); }, {"[4]", "channels"});
}

}  // namespace
}  // namespace luge::nn
