// Data sets and their views: sizes, contents, orders, lifetimes.
#include "luge/data/dataset.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>

#include "data/sources/arrays.h"
#include "luge/data/normalizer.h"
#include "luge/data/sources.h"
#include "support/errors.h"

namespace luge::data {
namespace {

using testing::expect_error;

// Sample i: input {i, 10 i}, target i.
Dataset numbers(std::int64_t count) {
  Arrays arrays;
  arrays.info.name = "numbers";
  arrays.count = count;
  std::vector<float> inputs;
  std::vector<std::int64_t> targets;
  for (std::int64_t i = 0; i < count; ++i) {
    inputs.push_back(static_cast<float>(i));
    inputs.push_back(static_cast<float>(10 * i));
    targets.push_back(i);
  }
  const auto bytes = [](auto& values) {
    const auto view = std::as_bytes(std::span(values));
    return std::vector<std::byte>(view.begin(), view.end());
  };
  arrays.add(kInput, {f32, {2}}, bytes(inputs));
  arrays.add(kTarget, {i64, {}}, bytes(targets));
  arrays.where = [](std::int64_t i) { return "numbers, row " + std::to_string(i); };
  return Dataset(array_source(std::move(arrays)));
}

std::int64_t target_of(const Sample& sample) { return sample.target.as<std::int64_t>()[0]; }

std::vector<std::int64_t> targets(const Dataset& dataset) {
  std::vector<std::int64_t> found;
  for (const Sample& sample : dataset) found.push_back(target_of(sample));
  return found;
}

TEST(Dataset, GivesItsSamples) {
  const Dataset data = numbers(5);
  EXPECT_EQ(data.size(), 5);
  const Sample sample = data.get(3);
  EXPECT_EQ(sample.input.as<float>()[1], 30.0f);
  EXPECT_EQ(target_of(sample), 3);
  EXPECT_EQ(data.where(3), "numbers, row 3");
  expect_error<IndexError>([&] { data.get(5); }, {"numbers", "5"});
  expect_error<IndexError>([&] { data.get(-1); }, {"-1"});
}

TEST(Dataset, TakeAndSkipAreBoundedBySize) {
  EXPECT_EQ(targets(numbers(5).take(2)), (std::vector<std::int64_t>{0, 1}));
  EXPECT_EQ(targets(numbers(5).skip(3)), (std::vector<std::int64_t>{3, 4}));
  EXPECT_EQ(numbers(5).take(9).size(), 5);
  EXPECT_EQ(numbers(5).skip(9).size(), 0);
  expect_error<ValueError>([] { numbers(5).take(-1); }, {"-1"});
}

TEST(Dataset, ViewsOwnTheirSources) {
  std::int64_t sum = 0;
  for (const Sample& sample : numbers(100).shuffle().map([](Sample s) { return s; }).take(100))
    sum += target_of(sample);
  EXPECT_EQ(sum, 4950);
}

TEST(Dataset, ShuffleKeepsEverySampleAndChangesWithEpochAndSeed) {
  const Dataset shuffled = numbers(200).shuffle({.seed = 7});
  const auto first = targets(shuffled);
  EXPECT_EQ(std::set<std::int64_t>(first.begin(), first.end()).size(), 200u);
  EXPECT_EQ(first, targets(numbers(200).shuffle({.seed = 7})));
  EXPECT_NE(first, targets(numbers(200).shuffle({.seed = 8})));
  const Dataset second(shuffled.source()->at_epoch(1));
  EXPECT_NE(first, targets(second));
  EXPECT_EQ(second.where(0), "numbers, row " + std::to_string(targets(second)[0]));
}

TEST(Dataset, ShuffleIsTheSameOnEveryMachine) {
  EXPECT_EQ(targets(numbers(8).shuffle({.seed = 1})), (std::vector<std::int64_t>{4, 1, 5, 7, 2, 3, 0, 6}));
}

TEST(Dataset, SplitPartsAreDisjointAndComplete) {
  const auto [a, b] = numbers(100).split(0.9);
  EXPECT_EQ(a.size(), 90);
  EXPECT_EQ(b.size(), 10);
  auto all = targets(a);
  const auto rest = targets(b);
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end()));
  all.insert(all.end(), rest.begin(), rest.end());
  EXPECT_EQ(std::set<std::int64_t>(all.begin(), all.end()).size(), 100u);
  EXPECT_NE(rest.front(), 90) << "a random split of sorted data takes from everywhere";
  EXPECT_EQ(numbers(100).split(0.9, {.random = false}).second.get(0).target.as<std::int64_t>()[0], 90);
  expect_error<ValueError>([] { numbers(3).split(1.5); }, {"1.5"});
}

TEST(Dataset, SplitFreezesAShuffleSoThatPartsNeverMix) {
  const auto [a, b] = numbers(50).shuffle({.seed = 3}).split(0.5);
  const auto in_b = targets(b);
  EXPECT_EQ(a.source()->at_epoch(4), nullptr);
  for (const std::int64_t value : targets(a)) EXPECT_EQ(std::count(in_b.begin(), in_b.end(), value), 0);
}

TEST(Dataset, MapChangesTypesAndNamesTheSampleThatDiffers) {
  const Dataset doubled = numbers(4).map([](Sample sample) {
    sample.input.as<float>()[0] *= 2;
    return sample;
  });
  EXPECT_EQ(doubled.get(3).input.as<float>()[0], 6.0f);
  EXPECT_FALSE(doubled.info().preprocessing.has_value());
  const Dataset ragged = numbers(4).map([](Sample sample) {
    if (target_of(sample) == 2) sample.input = HostArray({f32, {3}});
    return sample;
  });
  expect_error<ShapeError>([&] { ragged.get(2); }, {"row 2", "f32[3]", "f32[2]"});
}

TEST(Dataset, SelectChecksItsIndices) {
  EXPECT_EQ(targets(numbers(9).select({4, 4, 0})), (std::vector<std::int64_t>{4, 4, 0}));
  expect_error<IndexError>([] { numbers(9).select({9}); }, {"9"});
}

TEST(Dataset, FingerprintFollowsContentAndSize) {
  EXPECT_EQ(numbers(50).fingerprint(), numbers(50).fingerprint());
  EXPECT_NE(numbers(50).fingerprint(), numbers(51).fingerprint());
  EXPECT_NE(numbers(50).fingerprint(), numbers(50).affine({{1.0f}, {1.0f}}).fingerprint());
}

// Of every kind of view, over samples that lie in memory and over a source of somebody's own.
TEST(Dataset, OneChangedValueAnywhereChangesTheFingerprint) {
  class Own final : public Source {
   public:
    explicit Own(std::shared_ptr<const Source> inner) : inner_(std::move(inner)) {}
    std::int64_t size() const override { return inner_->size(); }
    const Info& info() const override { return inner_->info(); }
    void read(std::int64_t i, Row& row) const override { inner_->read(i, row); }
    std::string where(std::int64_t i) const override { return inner_->where(i); }

   private:
    std::shared_ptr<const Source> inner_;
  };
  const std::int64_t count = 500;
  const auto samples = [&](std::int64_t changed) {
    std::vector<float> inputs(static_cast<std::size_t>(count), 1.0f);
    std::vector<std::int64_t> labels(static_cast<std::size_t>(count), 2);
    if (changed >= 0) labels[static_cast<std::size_t>(changed)] = 1;
    return tensors(tensor(inputs, {count, 1}), tensor(labels, {count}));
  };
  const std::vector<std::function<Dataset(const Dataset&)>> views = {
      [](const Dataset& data) { return data; },
      [](const Dataset& data) { return Dataset(std::make_shared<Own>(data.source())); },
      [](const Dataset& data) {
        return data.affine({{1.0f}, {2.0f}}).shuffle({.seed = 4});
      },
      [](const Dataset& data) { return data.map([](Sample sample) { return sample; }); },
      [](const Dataset& data) {
        return data.augment([](Sample sample, std::uint64_t) { return sample; }, 3);
      },
      [](const Dataset& data) { return data.take(400).skip(0); },
      [](const Dataset& data) { return data.split(1.0, {.seed = 9}).first; }};
  for (std::size_t v = 0; v < views.size(); ++v) {
    const std::uint64_t before = views[v](samples(-1)).fingerprint();
    EXPECT_EQ(views[v](samples(-1)).fingerprint(), before) << v;
    for (std::int64_t changed = 0; changed < 400; changed += 13)
      EXPECT_NE(views[v](samples(changed)).fingerprint(), before) << v << " " << changed;
  }
  EXPECT_NE(samples(-1).shuffle({.seed = 1}).fingerprint(), samples(-1).shuffle({.seed = 2}).fingerprint());
}

TEST(Normalizer, StandardizesColumnsOfTheTrainingPart) {
  const Dataset data = numbers(101);
  const Affine fitted = fit_scaling(data, Scaling::standardize);
  ASSERT_EQ(fitted.offset.size(), 2u);
  EXPECT_FLOAT_EQ(fitted.offset[1], 500.0f);
  EXPECT_NEAR(fitted.scale[0], 1 / std::sqrt(850.0), 1e-6);
  const auto scaled = data.affine(fitted);
  EXPECT_NEAR(scaled.get(100).input.as<float>()[1], 50 / std::sqrt(850.0), 1e-5);
}

TEST(Normalizer, MinMaxReachesBothEndsAndConstantsAreOnlyShifted) {
  const Dataset constant = numbers(11).map([](Sample sample) {
    sample.input.as<float>()[0] = 5;
    return sample;
  });
  const auto scaled = constant.affine(fit_scaling(constant, Scaling::min_max));
  EXPECT_EQ(scaled.get(10).input.as<float>()[1], 1.0f);
  EXPECT_EQ(scaled.get(0).input.as<float>()[1], 0.0f);
  EXPECT_EQ(scaled.get(4).input.as<float>()[0], 0.0f);
}

TEST(Normalizer, PreprocessingAddsUpAlongTheChain) {
  const Dataset data = numbers(5).affine({{2.0f}, {0.5f}}).affine({{1.0f, 3.0f}, {4.0f}});
  const Affine both = data.info().preprocessing.value();
  const float direct = (data.get(4).input.as<float>()[1]);
  EXPECT_FLOAT_EQ(direct, (40.0f - both.offset[1]) * both.scale[1]);
}

TEST(Normalizer, BytesBecomeFloats) {
  Arrays arrays;
  arrays.info.name = "bytes";
  arrays.count = 1;
  arrays.add(kInput, {u8, {1, 1, 2}}, {std::byte{0}, std::byte{255}});
  arrays.where = [](std::int64_t) { return "bytes"; };
  const Dataset data = Dataset(array_source(arrays)).affine({{0.0f}, {1.0f / 255}});
  EXPECT_EQ(data.info().input().to_string(), "f32[1,1,2]");
  EXPECT_FLOAT_EQ(data.get(0).input.as<float>()[1], 1.0f);
}

TEST(BadInput, C22_SplitAndTakeOfFewerSamplesThanAskedFor) {
  EXPECT_EQ(numbers(1).split(0.9).first.size(), 1);
  EXPECT_EQ(numbers(0).split(0.9).second.size(), 0);
}

}  // namespace
}  // namespace luge::data
