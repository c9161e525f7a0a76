// Features by name, what raw data is before them, and the curve on which they are shown.
#include "luge/data/named_features.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "luge/data/curve.h"
#include "luge/data/sources.h"
#include "luge/error.h"
#include "support/errors.h"

namespace luge::data {
namespace {

using testing::expect_error;

TEST(Features, AreStepsByName) {
  EXPECT_EQ(feature_names(), (std::vector<std::string>{"log-mel", "mfcc", "one-hot", "polynomial",
                                                       "spec-augment", "spectrogram"}));
  const Dataset curve = noisy_curve({.samples = 5});
  const Recipe recipe = Recipe({steps::columns(), feature("polynomial", {{"degree", 3}})}).fit(curve);
  const Dataset made = recipe.training(curve);
  EXPECT_EQ(made.info().input().shape, Shape{3});
  EXPECT_EQ(made.info().features, (std::vector<std::string>{"x", "x x", "x x x"})) << "without ones";
  const float x = curve.get(2).input.as<float>()[0];
  EXPECT_FLOAT_EQ(made.get(2).input.as<float>()[2], x * x * x);
}

TEST(Features, RememberRawDataInFiles) {
  const Dataset table = tensors(tensor({1.0f, 2.0f, 3.0f, 4.0f}, {2, 2}), tensor({1.0f, 2.0f}, {2, 1}));
  const Recipe recipe = Recipe({steps::columns(), feature("polynomial")}).fit(table);
  const Recipe again = Recipe::from_json(recipe.to_json());
  const auto raw = raw_input(again);
  ASSERT_TRUE(raw);
  EXPECT_EQ(raw->shape, Shape{2});
  EXPECT_EQ(again.prediction(table.record(1))[kInput].field.shape, Shape{5}) << "a b aa ab bb";
  EXPECT_FALSE(raw_input(Recipe()));
  EXPECT_FALSE(raw_input(Recipe({steps::columns()}))) << "it is not fitted yet";
  const auto named = raw_input(Recipe({steps::columns()}).fit(noisy_curve({.samples = 2})));
  ASSERT_TRUE(named);
  EXPECT_EQ(named->features, std::vector<std::string>{"x"});
}

TEST(Features, RefuseWhatIsNotRight) {
  const Dataset two = tensors(tensor({1.0f, 2.0f}, {1, 2}), tensor({1.0f}, {1, 1}));
  const Recipe fitted = Recipe({steps::columns()}).fit(noisy_curve({.samples = 2}));
  expect_error<ShapeError>([&] { fitted.training(two); }, {"f32[2]", "[1]", "as in the training data"});
  expect_error<StateError>([&] { Recipe({steps::columns()}).training(two); }, {"Recipe::fit"});
  expect_error<ValueError>([&] { feature("polynom"); }, {"did you mean polynomial?"});
  expect_error<options::OptionError>([&] { feature("polynomial", {{"degree", 0}}); }, {"degree is 0"});
}

TEST(Curve, IsASineWithNoise) {
  const Dataset exact = noisy_curve({.samples = 50, .noise = 0});
  double before = -1;
  for (const Sample& sample : exact) {
    const double x = sample.input.as<float>()[0];
    EXPECT_GE(x, before);
    EXPECT_NEAR(sample.target.as<float>()[0], std::sin(std::numbers::pi * x), 1e-6);
    before = x;
  }
  EXPECT_LE(before, 1);
  const Dataset noisy = noisy_curve({.samples = 4000, .noise = 0.5, .seed = 3});
  double sum = 0, squares = 0;
  for (const Sample& sample : noisy) {
    const double error =
        sample.target.as<float>()[0] - std::sin(std::numbers::pi * sample.input.as<float>()[0]);
    sum += error, squares += error * error;
  }
  EXPECT_NEAR(sum / 4000, 0, 0.03);
  EXPECT_NEAR(std::sqrt(squares / 4000), 0.5, 0.03);
  EXPECT_NE(noisy.get(0).target.bytes, noisy_curve({.samples = 4000, .noise = 0.5}).get(0).target.bytes);
}

TEST(BadInput, C21_ACurveWithoutSamplesOrWithImpossibleNoise) {
  expect_error<ValueError>([] { noisy_curve({.samples = 0}); }, {"samples is 0"});
  expect_error<ValueError>([] { noisy_curve({.noise = -1}); }, {"noise is -1"});
  expect_error<ValueError>([] { noisy_curve({.noise = NAN}); }, {"noise is nan"});
}

}  // namespace
}  // namespace luge::data
