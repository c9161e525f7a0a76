// Ensembles: the mean of answers in the form that each of them has, and files that hold all members.
#include <gtest/gtest.h>

#include <cmath>

#include "luge/data/sources.h"
#include "luge/nn/ensemble.h"
#include "luge/nn/linear.h"
#include "luge/nn/load.h"
#include "luge/ops/activation.h"
#include "luge/ops/math.h"
#include "luge/ops/shape.h"
#include "support/errors.h"
#include "support/temp_dir.h"

namespace luge::nn {
namespace {

using testing::expect_error;
using testing::TempDir;

void expect_near(const Tensor& found, const Tensor& wanted, double tolerance) {
  ASSERT_EQ(found.shape(), wanted.shape());
  const auto a = found.to_vector<double>(), b = wanted.to_vector<double>();
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], tolerance) << i;
}

const Tensor kFirst = tensor<double>({1, 2, -3, 0.5, 0, 4}, Shape{2, 3}),
             kSecond = tensor<double>({-2, 0, 1, 3, 3, -90}, Shape{2, 3});

TEST(Ensemble, TheProbabilitiesOfLogitsAreAveraged) {
  const Tensor logits = mean_answer({kFirst, kSecond}, Output::logits);
  expect_near(softmax(logits), (softmax(kFirst) + softmax(kSecond)) / 2, 1e-12);
  expect_near(softmax(logits), exp(logits), 1e-12);
}

TEST(Ensemble, TheProbabilitiesOfYesAreAveraged) {
  const Tensor logits = mean_answer({kFirst, kSecond}, Output::binary_logits);
  expect_near(sigmoid(logits), (sigmoid(kFirst) + sigmoid(kSecond)) / 2, 1e-12);
}

TEST(Ensemble, NumbersAndProbabilitiesAreAveraged) {
  for (const Output kind : {Output::values, Output::probabilities, Output::binary_probabilities})
    expect_near(mean_answer({kFirst, kSecond}, kind), (kFirst + kSecond) / 2, 1e-12);
}

// Pictures have their classes on axis 1.
TEST(Ensemble, ClassesOfPixelsAreOnTheAxisOfChannels) {
  const Tensor first = reshape(kFirst, {1, 3, 1, 2}), second = reshape(kSecond, {1, 3, 1, 2});
  expect_near(softmax(mean_answer({first, second}, Output::logits), 1),
              (softmax(first, 1) + softmax(second, 1)) / 2, 1e-12);
}

TEST(Ensemble, LogitsFarApartDoNotOverflow) {
  const Tensor far = tensor<float>({1e4f, -1e4f}, Shape{1, 2}),
               other = tensor<float>({-1e4f, 1e4f}, Shape{1, 2});
  for (const float each : mean_answer({far, other}, Output::logits).to_vector<float>())
    EXPECT_NEAR(each, std::log(0.5), 1e-6);
}

TEST(Ensemble, AFileHoldsTheMembersAndTheirMean) {
  const TempDir dir;
  Linear first(3), second(3);
  first.build({4});
  second.build({4});
  const Tensor x = tensor<float>({1, -1, 0.5f, 2, 0, 1, 1, -3}, Shape{2, 4});
  Ensemble both({first, second}, Output::logits);
  both.build({4});
  both.save(dir.file("both.safetensors"));
  const Loaded loaded = load(dir.file("both.safetensors"));
  expect_near(loaded(x), mean_answer({first(x), second(x)}, Output::logits), 1e-6);
  expect_near(loaded.entry("member-2")({{"input", x}}).begin()->second, second(x), 1e-6);
  std::vector<std::string> names;
  for (const NamedVariable& each : loaded.named_parameters()) names.push_back(each.name);
  EXPECT_EQ(names, (std::vector<std::string>{"member-1.bias", "member-1.weight", "member-2.bias",
                                             "member-2.weight"}));
}

TEST(Ensemble, RefusesWhatCannotBeCombined) {
  expect_error<ValueError>([] { mean_answer({}, Output::values); }, {"mean_answer", "no outputs"});
  expect_error<ShapeError>(
      [] {
        mean_answer({kFirst, reshape(kSecond, {3, 2})}, Output::values);
      },
      {"[2,3]", "[3,2]", "one shape"});
  expect_error<DTypeError>(
      [] {
        mean_answer({kFirst, cast(kSecond, f32)}, Output::values);
      },
      {"f64", "f32", "one dtype"});
  expect_error<ValueError>([] { Ensemble({}, Output::values); }, {"Ensemble", "no members"});
  expect_error<ValueError>([] { Ensemble({Model()}, Output::values); }, {"member-1", "empty"});
}

}  // namespace
}  // namespace luge::nn
