// Weights by name: what is missing, left over and of another shape; heads, names and channels.
#include "luge/nn/take_weights.h"

#include <gtest/gtest.h>

#include "luge/io/weights.h"
#include "luge/luge.h"
#include "support/errors.h"
#include "support/temp_dir.h"

namespace luge::nn {
namespace {

using testing::expect_error;
using testing::TempDir;
using Names = std::vector<std::string>;

Sequential trunk_and_head(std::int64_t outputs, std::int64_t seed, std::int64_t channels = 1) {
  random::seed(seed);
  Sequential net;
  net.add("features", sequential(Conv2d(3, {.kernel = 3}), BatchNorm(), Relu(), Flatten()))
      .add("head", Linear(outputs));
  net.build({channels, 4, 4});
  return net;
}

NamedWeights weights_of(const Module& net) {
  NamedWeights all;
  for (const auto& list : {net.named_parameters(), net.named_buffers()}) {
    for (const auto& [name, variable] : list) all.emplace_back(name, variable.value());
  }
  return all;
}

std::vector<float> values(const Module& net, const std::string& name) {
  for (const auto& [own, value] : weights_of(net)) {
    if (own == name) return value.to_vector<float>();
  }
  return {};
}

TEST(TakeWeights, AllOfThemGiveTheSameNetwork) {
  const Sequential from = trunk_and_head(2, 1), to = trunk_and_head(2, 2);
  const Taken taken = take_weights(to, weights_of(from));
  EXPECT_TRUE(taken.complete());
  EXPECT_EQ(taken.to_string(), "");
  EXPECT_EQ(taken.loaded.size(), weights_of(from).size());
  const Tensor x = random::normal({2, 1, 4, 4});
  from.eval(), to.eval();
  const auto a = to(x).to_vector<float>(), b = from(x).to_vector<float>();
  for (std::size_t k = 0; k < a.size(); ++k) EXPECT_NEAR(a[k], b[k], 1e-6);  // prepacked or not
}

TEST(TakeWeights, ALastLayerWithOtherOutputsStaysUnlessItIsAsked) {
  const Sequential from = trunk_and_head(2, 1), to = trunk_and_head(3, 2);
  const std::vector<float> head = values(to, "head.weight");
  const Taken taken = take_weights(to, weights_of(from));
  EXPECT_TRUE(taken.complete());
  EXPECT_EQ(taken.head.size(), 2u);
  EXPECT_EQ(values(to, "head.weight"), head);
  EXPECT_EQ(values(to, "features.conv1.weight"), values(from, "features.conv1.weight"));
  expect_error<FormatError>([&] { take_weights(to, weights_of(from), {.head = Head::keep}); },
                            {"of another shape: ", "head.weight", "nothing was loaded"});
}

TEST(TakeWeights, AHeadCanBeNewAlthoughItFits) {
  const Sequential from = trunk_and_head(2, 1), to = trunk_and_head(2, 2);
  const std::vector<float> head = values(to, "head.weight");
  const Taken taken = take_weights(to, weights_of(from), {.head = Head::renew});
  EXPECT_EQ(taken.head, (Names{"head.weight", "head.bias"}));
  EXPECT_EQ(values(to, "head.weight"), head);
}

TEST(TakeWeights, NamesAreChangedByPatterns) {
  const Sequential from = trunk_and_head(2, 1), to = trunk_and_head(2, 2);
  NamedWeights renamed;
  for (const auto& [name, value] : weights_of(from)) {
    const bool trunk = name.starts_with("features.");
    renamed.emplace_back(trunk ? "backbone." + name.substr(9) : "fc" + name.substr(4), value);
  }
  expect_error<FormatError>([&] { take_weights(to, renamed); },
                            {"missing: ", "extra: ", "backbone.conv1.weight"});
  const Taken taken =
      take_weights(to, renamed, {.rename = {{"backbone.*", "features.*"}, {"fc.*", "head.*"}}});
  EXPECT_TRUE(taken.complete()) << taken.to_string();
  EXPECT_EQ(values(to, "features.conv1.weight"), values(from, "features.conv1.weight"));
}

TEST(TakeWeights, PartsAreTakenWhenItIsNotStrict) {
  const Sequential from = trunk_and_head(2, 1), to = trunk_and_head(2, 2);
  NamedWeights some = weights_of(from);
  std::erase_if(some, [](const auto& each) { return each.first.starts_with("features.batchnorm1."); });
  some.emplace_back("other", zeros({2}));
  const Taken taken = take_weights(to, some, {.strict = false});
  EXPECT_EQ(taken.extra, Names{"other"});
  EXPECT_EQ(taken.missing.size(), 4u) << "weight, bias and two statistics of the normalization";
  EXPECT_EQ(values(to, "features.conv1.weight"), values(from, "features.conv1.weight"));
}

TEST(TakeWeights, FiltersForGrayPicturesServeForColors) {
  const Sequential gray = trunk_and_head(2, 1), color = trunk_and_head(2, 2, 3);
  expect_error<FormatError>([&] { take_weights(color, weights_of(gray)); }, {"features.conv1.weight"});
  const Taken taken = take_weights(color, weights_of(gray), {.channels = Channels::adapt});
  ASSERT_EQ(taken.adapted.size(), 1u);
  const Tensor x = random::normal({2, 1, 4, 4});
  gray.eval(), color.eval();
  const auto a = gray(x).to_vector<float>(), b = color(broadcast_to(x, {2, 3, 4, 4})).to_vector<float>();
  for (std::size_t k = 0; k < a.size(); ++k) EXPECT_NEAR(a[k], b[k], 1e-5);
  const Sequential back = trunk_and_head(2, 3);
  take_weights(back, weights_of(color), {.channels = Channels::adapt});
  const auto w = values(gray, "features.conv1.weight"), v = values(back, "features.conv1.weight");
  for (std::size_t k = 0; k < w.size(); ++k) EXPECT_NEAR(w[k], v[k], 1e-6);
}

TEST(TakeWeights, WhatDoesNotFitAtAllChangesNothing) {
  const Sequential to = trunk_and_head(2, 2);
  const std::vector<float> before = values(to, "features.conv1.weight");
  expect_error<FormatError>(
      [&] {
        take_weights(to, {{"a", zeros({1})}}, {.strict = false});
      },
      {"no weights of the network", "extra: a"});
  expect_error<ValueError>(
      [&] {
        take_weights(to, weights_of(to), {.rename = {{"absent.*", "features.*"}}});
      },
      {"absent.*", "matches no name"});
  expect_error<ValueError>(
      [&] {
        take_weights(to, weights_of(to), {.rename = {{"a*b*", "c*"}}});
      },
      {"rename 'a*b*'", "one * each"});
  expect_error<ValueError>(
      [&] {
        take_weights(to, weights_of(to), {.rename = {{"head.weight", "head.bias"}}});
      },
      {"are both 'head.bias'"});
  EXPECT_EQ(values(to, "features.conv1.weight"), before);
}

TEST(ReadWeights, OfAModelFileAndOfAnyOtherFile) {
  const TempDir dir;
  const Sequential from = trunk_and_head(2, 1), to = trunk_and_head(2, 2);
  from.save(dir.file("net.safetensors"));
  EXPECT_TRUE(take_weights(to, io::read_weights(dir.file("net.safetensors"))).complete());
  const std::vector<float> numbers = {1, 2};
  const io::TensorView view{"w", f32, {2}, std::as_bytes(std::span(numbers))};
  io::write_safetensors(dir.file("other.safetensors"), std::span(&view, 1));
  const NamedWeights other = io::read_weights(dir.file("other.safetensors"));
  ASSERT_EQ(other.size(), 1u);
  EXPECT_EQ(other[0].first, "w");
  EXPECT_EQ(other[0].second.to_vector<float>(), numbers);
}

}  // namespace
}  // namespace luge::nn
