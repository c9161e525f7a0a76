// mixup and cutmix: what they make of inputs and targets, and that they follow from seed, epoch and batch.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "data/augment/mixing.h"
#include "luge/data/augment.h"
#include "luge/data/batches.h"
#include "luge/data/mix.h"
#include "luge/data/sources.h"
#include "support/errors.h"

namespace luge::data {
namespace {

using testing::expect_error;

constexpr std::int64_t kSamples = 20, kClasses = 4, kSide = 6;
constexpr std::size_t kPixels = kSide * kSide;

// Pictures of one number each, which is the label; sample k has the label k modulo 4.
Dataset pictures() {
  std::vector<float> pixels;
  std::vector<std::int64_t> labels;
  for (std::int64_t k = 0; k < kSamples; ++k) {
    labels.push_back(k % kClasses);
    for (std::size_t pixel = 0; pixel < kPixels; ++pixel) pixels.push_back(static_cast<float>(k % kClasses));
  }
  return tensors(tensor(pixels, {kSamples, 1, kSide, kSide}), tensor(labels, {kSamples}));
}

MixOptions shares(std::uint64_t seed = 1) {
  return {.seed = seed, .targets = MixedTargets::shares, .classes = kClasses};
}
std::vector<HostBatch> read(const Batches& batches, std::int64_t epoch = 0, std::int64_t first = 0) {
  std::vector<HostBatch> all;
  for (Epoch one = batches.epoch(epoch, first); auto batch = one.next();) all.push_back(std::move(*batch));
  return all;
}
template <class T>
std::vector<T> values(const HostArray& array) {
  const auto all = array.as<const T>();
  return {all.begin(), all.end()};
}
std::vector<float> inputs(const Batches& batches, std::int64_t epoch = 0, std::int64_t first = 0) {
  std::vector<float> all;
  for (const HostBatch& batch : read(batches, epoch, first)) {
    const auto own = values<float>(batch.input());
    all.insert(all.end(), own.begin(), own.end());
  }
  return all;
}
Batches mixed(const std::string& name, const options::Values& values = {},
              const MixOptions& options = shares()) {
  return pictures().batch(8).mix(batch_augmentation(name, values), options);
}

TEST(Mix, InputsAndTargetsAreMixedAlike) {
  for (const std::string& name : batch_augmentation_names()) {
    if (name.starts_with("test-")) continue;
    int between = 0;
    for (const HostBatch& batch : read(mixed(name, {{"alpha", 1}}))) {
      ASSERT_EQ(batch.target().field.shape, Shape({batch.rows, kClasses})) << name;
      ASSERT_EQ(batch.target().field.dtype, f32) << name;
      const auto target = values<float>(batch.target()), input = values<float>(batch.input());
      const auto label = values<std::int64_t>(batch.values["target.label"]);
      for (std::size_t row = 0; row < static_cast<std::size_t>(batch.rows); ++row) {
        float sum = 0, mean = 0, pixels = 0, largest = 0;
        for (std::size_t k = 0; k < kClasses; ++k) {
          const float share = target[row * kClasses + k];
          sum += share, mean += share * static_cast<float>(k), largest = std::max(largest, share);
          between += share > 0 && share < 1;
        }
        for (std::size_t pixel = 0; pixel < kPixels; ++pixel)
          pixels += input[row * kPixels + pixel] / kPixels;
        EXPECT_NEAR(sum, 1, 1e-6) << name;
        EXPECT_NEAR(pixels, mean, 1e-5) << name << ": the share of the pixels is that of the target";
        EXPECT_EQ(target[row * kClasses + static_cast<std::size_t>(label[row])], largest) << name;
      }
    }
    EXPECT_GT(between, 10) << name;
    EXPECT_EQ(mixed(name).fields().to_string(), "input f32[?,1,6,6], target f32[?,4], target.label i64[?]");
  }
}

TEST(Mix, CutmixMovesARectangleOfWholePixels) {
  std::set<float> seen;
  for (const float pixel : inputs(mixed("cutmix"))) seen.insert(pixel);
  EXPECT_EQ(seen, (std::set<float>{0, 1, 2, 3}));
}

TEST(Mix, TheShareIsThatOfTheBetaDistribution) {
  for (const double alpha : {0.05, 0.2, 1.0, 4.0}) {
    double sum = 0, squares = 0;
    constexpr int kDraws = 20000;
    for (std::uint64_t key = 0; key < kDraws; ++key) {
      Draws draws(key);
      const double share = symmetric_beta(draws, alpha);
      ASSERT_TRUE(share >= 0 && share <= 1);
      sum += share;
      squares += (share - 0.5) * (share - 0.5);
    }
    EXPECT_NEAR(sum / kDraws, 0.5, 0.02) << alpha;
    EXPECT_NEAR(squares / kDraws, 1 / (4 * (2 * alpha + 1)), 0.01) << alpha;
  }
  Draws draws(1);
  EXPECT_TRUE(std::isfinite(symmetric_beta(draws, 1e-5)));
}

TEST(Mix, FollowsFromSeedEpochAndBatch) {
  const Dataset data = pictures();
  const Batches batches = data.shuffle({.seed = 3}).batch(6).mix(batch_augmentation("mixup"), shares(5));
  EXPECT_EQ(inputs(batches, 2), inputs(batches, 2));
  EXPECT_EQ(inputs(batches.prefetch({.workers = 3}), 2), inputs(batches, 2));
  const std::vector<float> whole = inputs(batches, 2), rest = inputs(batches, 2, 2);
  EXPECT_EQ(std::vector<float>(whole.begin() + 2 * 6 * kPixels, whole.end()), rest) << "a resumed epoch";
  const Dataset ordered = data;
  const auto of = [&](std::uint64_t seed, std::int64_t epoch) {
    return inputs(ordered.batch(6).mix(batch_augmentation("mixup"), shares(seed)), epoch);
  };
  EXPECT_NE(of(1, 0), of(2, 0));
  EXPECT_NE(of(1, 0), of(1, 1));
  // Batches of one epoch differ.
  const std::vector<float> first = of(1, 0);
  EXPECT_FALSE(std::equal(first.begin(), first.begin() + 4 * kPixels, first.begin() + 12 * kPixels));
}

TEST(Mix, WithProbability0OnlyTheTargetsChange) {
  for (const std::string& name : {std::string("mixup"), std::string("cutmix")}) {
    const Batches none = mixed(name, {{"p", 0}});
    EXPECT_EQ(inputs(none), inputs(pictures().batch(8))) << name;
    for (const HostBatch& batch : read(none)) {
      for (const float share : values<float>(batch.target())) EXPECT_TRUE(share == 0 || share == 1) << name;
    }
  }
}

TEST(Mix, OneAfterTheOtherMixesTwice) {
  const BatchAugmentation both = batch_augmentation("mixup").then(batch_augmentation("cutmix"));
  EXPECT_EQ(both.name(), "mixup,cutmix");
  for (const HostBatch& batch : read(pictures().batch(8).mix(both, shares()))) {
    const auto target = values<float>(batch.target());
    for (std::size_t row = 0; row < static_cast<std::size_t>(batch.rows); ++row) {
      float sum = 0;
      for (std::size_t k = 0; k < kClasses; ++k) sum += target[row * kClasses + k];
      EXPECT_NEAR(sum, 1, 1e-6);
    }
  }
}

TEST(Mix, NumbersAndAnswersAreMixedAsTheyAre) {
  const Dataset data = pictures();
  const auto numbers = read(data.batch(8).mix(batch_augmentation("mixup", {{"alpha", 1}})));
  EXPECT_FALSE(numbers[0].values.contains("target.label"));
  EXPECT_EQ(numbers[0].target().field, (Field{f32, {8}}));
  for (std::size_t row = 0; row < 8; ++row)
    EXPECT_NEAR(values<float>(numbers[0].target())[row], values<float>(numbers[0].input())[row * kPixels],
                1e-5);
  const Dataset yes_no = tensors(zeros({4, 3}), tensor<float>({0, 1, 1, 0}, {4}));
  const Batches answers = yes_no.batch(4).mix(batch_augmentation("mixup", {{"alpha", 1}}),
                                              {.seed = 2, .targets = MixedTargets::answers});
  const HostBatch batch = read(answers)[0];
  for (std::size_t row = 0; row < 4; ++row) {
    const float share = values<float>(batch.target())[row];
    EXPECT_EQ(values<std::int64_t>(batch.values["target.label"])[row], share > 0.5f);
  }
}

TEST(Mix, BytesAreRounded) {
  std::vector<Record> list;
  for (int k = 0; k < 8; ++k) {
    HostArray pixel(Field{u8, {1, 1, 1}});
    pixel.as<std::uint8_t>()[0] = k % 2 ? 255 : 0;
    list.push_back({{"input", pixel}});
  }
  const Batches batches = records(std::move(list)).batch(8).mix(batch_augmentation("mixup", {{"alpha", 4}}));
  const std::vector<HostBatch> mixed = read(batches);
  int between = 0;
  for (const std::uint8_t byte : mixed[0].input().as<const std::uint8_t>()) between += byte > 0 && byte < 255;
  EXPECT_GT(between, 0);
}

TEST(Mix, AnAugmentationOfYourOwnIsRegistered) {
  const auto zeroed = [] {
    return BatchAugmentation("test-zero", [](HostBatch& batch, std::uint64_t) {
      for (float& x : batch.values["input"].as<float>()) x = 0;
    });
  };
  EXPECT_TRUE(add_batch_augmentation("test-zero", "sets pictures to 0", zeroed));
  EXPECT_FALSE(add_batch_augmentation("flip", "taken", zeroed));
  for (const float pixel : inputs(mixed("test-zero"))) EXPECT_EQ(pixel, 0);
  expect_error<ValueError>([] { augmentation("mixup"); }, {"mixup", "whole batches"});
  expect_error<ValueError>([] { batch_augmentation("flip"); }, {"flip", "single samples"});
  expect_error<options::OptionError>([] { batch_augmentation("mixup", {{"alpha", 0}}); }, {"mixup", "alpha"});
  EXPECT_FALSE(augmentation_description("mixup").empty());
}

TEST(BadInput, C23_LabelsThatCannotBeMixedAreNamed) {
  const auto of = [](const Tensor& labels, MixedTargets targets) {
    return tensors(zeros({3, 1, 2, 2}), labels)
        .batch(3)
        .mix(batch_augmentation("mixup"), {.targets = targets, .classes = kClasses});
  };
  for (const float label : {4.0f, -1.0f, 0.5f}) {
    const Batches batches = of(tensor<float>({0, label, 1}, {3}), MixedTargets::shares);
    expect_error<IndexError>([&] { read(batches); },
                             {"1", fmt::format("label {}", label), "0 to 3", "mixup"});
  }
  const Batches answers = of(tensor<float>({0, 1, 2}, {3}), MixedTargets::answers);
  expect_error<IndexError>([&] { read(answers); }, {"label 2", "0 to 1"});
}

TEST(BadInput, C01_WhatCannotBeMixedIsNamed) {
  const auto mix = [](const Dataset& data, const std::string& name, const MixOptions& options) {
    read(data.batch(2).mix(batch_augmentation(name), options));
  };
  const Tensor labels = tensor<std::int64_t>({0, 1}, {2});
  expect_error<ValueError>([&] { mix(pictures(), "mixup", {.targets = MixedTargets::shares}); },
                           {"mixup", "classes is 0"});
  expect_error<ShapeError>(
      [&] {
        mix(tensors(zeros({2, 3}), zeros({2, 3})), "mixup", shares());
      },
      {"mixup", "f32[?,3]", "one label", "leave the augmentation out"});
  expect_error<ShapeError>(
      [&] {
        mix(tensors(zeros({2, 3}), labels), "cutmix", shares());
      },
      {"cutmix", "f32[2,3]", "channels,height,width"});
  expect_error<DTypeError>(
      [&] {
        mix(tensors(zeros({2, 3}, i64), labels), "mixup", shares());
      },
      {"mixup", "i64[2,3]", "floating"});
  std::vector<Record> ragged;
  for (std::int64_t length : {2, 3}) ragged.push_back({{"input", HostArray(Field{f32, {length}})}});
  expect_error<ValueError>(
      [&] {
        mix(records(std::move(ragged), {{"input", {f32, {unknown}}}}), "mixup", {});
      },
      {"mixup", "different lengths"});
}

}  // namespace
}  // namespace luge::data
