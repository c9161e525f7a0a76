// Augmentations: what they change, what they keep, and how their random numbers follow from seed and epoch.
#include "luge/data/augment.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "core/registry.h"
#include "luge/data/batches.h"
#include "luge/data/sources.h"
#include "support/errors.h"

namespace luge::data {
namespace {

using testing::expect_error;

constexpr std::int64_t kChannels = 2, kHeight = 5, kWidth = 6;
constexpr std::size_t kArea = kHeight * kWidth;

// Each element differs from all others and from 0.
template <class T>
HostArray counted(DType dtype, const Shape& shape) {
  HostArray value(Field{dtype, shape});
  for (std::size_t k = 0; k < value.as<T>().size(); ++k) value.as<T>()[k] = static_cast<T>(k + 1);
  return value;
}
Record picture() { return {{"input", counted<float>(f32, {kChannels, kHeight, kWidth})}}; }
Record with_mask() {
  return {{"image", counted<std::uint8_t>(u8, {kChannels, kHeight, kWidth})},
          {"mask", counted<std::int64_t>(i64, {kHeight, kWidth})},
          {"name", HostArray::of_text("a picture")}};
}
std::vector<float> values(const Record& record) {
  const auto all = record["input"].as<float>();
  return {all.begin(), all.end()};
}
constexpr std::uint64_t kTries = 4000;

TEST(Augmentation, FlipMirrorsRowsAndTheMaskWithThem) {
  const Augmentation always = augmentation("flip", {{"p", 1}});
  const Record mirrored = always(with_mask(), 3);
  for (std::size_t k = 0; k < kChannels * kArea; ++k) {
    const std::size_t x = k % kWidth, from = k - x + (kWidth - 1 - x);
    EXPECT_EQ(mirrored["image"].as<std::uint8_t>()[k], from + 1);
    if (k >= kArea) continue;
    EXPECT_EQ(mirrored["mask"].as<std::int64_t>()[k], static_cast<std::int64_t>(from + 1));
  }
  EXPECT_EQ(mirrored["name"].text(), "a picture");
  EXPECT_EQ(always(mirrored, 9)["image"].bytes, with_mask()["image"].bytes) << "twice is not at all";
  EXPECT_EQ(augmentation("flip", {{"p", 0}})(picture(), 3)["input"].bytes, picture()["input"].bytes);
  const Augmentation some = augmentation("flip", {{"p", 0.25}});
  std::uint64_t flipped = 0;
  for (std::uint64_t key = 0; key < kTries; ++key)
    flipped += values(some(picture(), key)) != values(picture());
  EXPECT_NEAR(static_cast<double>(flipped) / kTries, 0.25, 0.03);
}

TEST(Augmentation, FlipThatAlternatesMirrorsInEveryOtherEpoch) {
  std::vector<Record> list(40, picture());
  const Dataset data = records(list).augment(augmentation("flip", {{"alternate", true}}), 5);
  const auto mirrored = [&](std::int64_t epoch) {
    std::vector<bool> all;
    auto batches = data.batch(40).epoch(epoch);
    const HostBatch batch = *batches.next();
    const std::vector<float> values = batch.to_tensors()["input"].to_vector<float>();
    for (std::size_t k = 0; k < 40; ++k) all.push_back(values[k * kChannels * kArea] != 1);
    return all;
  };
  const std::vector<bool> first = mirrored(0);
  const auto count = std::count(first.begin(), first.end(), true);
  EXPECT_GT(count, 8);
  EXPECT_LT(count, 32);
  std::vector<bool> other = first;
  other.flip();
  EXPECT_EQ(mirrored(1), other);
  EXPECT_EQ(mirrored(2), first);
  EXPECT_EQ(mirrored(7), other);
  // After another augmentation, too.
  const Augmentation both =
      augmentation("crop", {{"padding", 0}}).then(augmentation("flip", {{"alternate", true}, {"p", 1}}));
  for (std::int64_t epoch = 0; epoch < 4; ++epoch) {
    const HostBatch batch = *records(list).augment(both, 5).batch(40).epoch(epoch).next();
    EXPECT_EQ(batch.to_tensors()["input"].to_vector<float>()[0], epoch % 2 == 0 ? kWidth : 1) << epoch;
  }
}

TEST(Augmentation, ShiftMovesEachDistanceAlikeAndFillsTheEdges) {
  const Augmentation shift = augmentation("shift", {{"pixels", 2}, {"fill", -1}, {"mask_fill", 255}});
  std::map<std::pair<std::int64_t, std::int64_t>, int> distances;
  for (std::uint64_t key = 0; key < kTries; ++key) {
    const std::vector<float> moved = values(shift(picture(), key));
    // The pixel in the middle says how far; the others must agree.
    const auto middle = std::find(moved.begin(), moved.end(), 2 * kWidth + 2 + 1.0f);
    ASSERT_NE(middle, moved.end());
    const std::int64_t at = middle - moved.begin(), down = at / kWidth - 2, right = at % kWidth - 2;
    ++distances[{down, right}];
    for (std::int64_t k = 0; k < kChannels * static_cast<std::int64_t>(kArea); ++k) {
      const std::int64_t y = k / kWidth % kHeight - down, x = k % kWidth - right;
      const bool inside = y >= 0 && y < kHeight && x >= 0 && x < kWidth;
      const std::int64_t from =
          k / static_cast<std::int64_t>(kArea) * static_cast<std::int64_t>(kArea) + y * kWidth + x;
      ASSERT_EQ(moved[static_cast<std::size_t>(k)], inside ? static_cast<float>(from + 1) : -1.0f)
          << down << " " << right;
    }
  }
  ASSERT_EQ(distances.size(), 25u);
  for (const auto& [distance, count] : distances)
    EXPECT_NEAR(count, kTries / 25.0, 5 * std::sqrt(kTries / 25.0))
        << distance.first << "," << distance.second;
}

TEST(Augmentation, ShiftMovesMaskAndTargetWithThePicture) {
  const Augmentation shift = augmentation("shift", {{"pixels", 3}, {"mask_fill", 7777}});
  Record segmented = {{"input", counted<float>(f32, {1, kHeight, kWidth})},
                      {"target", counted<std::int64_t>(i64, {1, kHeight, kWidth})}};
  std::set<std::vector<std::byte>> seen;
  for (std::uint64_t key = 0; key < 50; ++key) {
    const Record moved = shift(segmented, key);
    seen.insert(moved["input"].bytes);
    for (std::size_t k = 0; k < kArea; ++k) {
      const float own = moved["input"].as<float>()[k];
      EXPECT_EQ(moved["target"].as<std::int64_t>()[k], own == 0 ? 7777 : static_cast<std::int64_t>(own));
    }
  }
  EXPECT_GT(seen.size(), 20u);
  // A target of another shape is not a picture.
  segmented.set("target", counted<float>(f32, {3}));
  EXPECT_EQ(shift(segmented, 1)["target"].bytes, segmented["target"].bytes);
}

TEST(Augmentation, NoiseIsNormalAndRoundedForWholeNumbers) {
  const Augmentation noise = augmentation("noise", {{"deviation", 2}});
  double sum = 0, squares = 0, n = 0;
  for (std::uint64_t key = 0; key < 500; ++key) {
    const std::vector<float> with = values(noise(picture(), key)), without = values(picture());
    for (std::size_t k = 0; k < with.size(); ++k, ++n) {
      const double added = with[k] - without[k];
      sum += added, squares += added * added;
    }
  }
  EXPECT_NEAR(sum / n, 0, 0.05);
  EXPECT_NEAR(std::sqrt(squares / n), 2, 0.05);
  EXPECT_EQ(values(augmentation("noise", {{"deviation", 0}})(picture(), 5)), values(picture()));
  Record bytes = with_mask();
  const Record noisy = augmentation("noise", {{"deviation", 50}})(bytes, 4);
  EXPECT_NE(noisy["image"].bytes, bytes["image"].bytes);
  EXPECT_EQ(noisy["mask"].bytes, bytes["mask"].bytes);
  const auto pixels = noisy["image"].as<std::uint8_t>();  // 1 … 60 by ± 50: some are at the edge of the range
  EXPECT_GT(std::count(pixels.begin(), pixels.end(), 0), 3);
}

TEST(Augmentation, EraseFillsOneRectangleOfAtMostItsShare) {
  const Augmentation erase = augmentation("erase", {{"p", 0.5}, {"share", 0.4}, {"fill", -5}});
  std::uint64_t touched = 0;
  std::set<std::size_t> sizes;
  for (std::uint64_t key = 0; key < kTries; ++key) {
    const std::vector<float> after = values(erase(picture(), key));
    std::vector<std::size_t> rows, columns;
    std::size_t filled = 0;
    for (std::size_t k = 0; k < kArea; ++k) {
      const bool gone = after[k] == -5;
      ASSERT_EQ(after[k + kArea] == -5, gone) << "the same in each channel";
      ASSERT_TRUE(gone || after[k] == static_cast<float>(k + 1));
      if (gone) rows.push_back(k / kWidth), columns.push_back(k % kWidth), ++filled;
    }
    if (filled == 0) continue;
    ++touched;
    sizes.insert(filled);
    const auto [top, bottom] = std::minmax_element(rows.begin(), rows.end());
    const auto [left, right] = std::minmax_element(columns.begin(), columns.end());
    EXPECT_EQ(filled, (*bottom - *top + 1) * (*right - *left + 1)) << "it is a rectangle";
    EXPECT_LE(filled, std::size_t(0.4 * kArea));
  }
  EXPECT_NEAR(static_cast<double>(touched) / kTries, 0.5, 0.03);
  EXPECT_GT(sizes.size(), 5u);
  EXPECT_GE(*sizes.rbegin(), 9u) << "nearly the largest is reached";
  const Record mask = augmentation("erase", {{"p", 1}})(with_mask(), 2);
  EXPECT_EQ(mask["mask"].bytes, with_mask()["mask"].bytes);
  EXPECT_NE(mask["image"].bytes, with_mask()["image"].bytes);
}

TEST(Augmentation, SeedEpochAndIndexDecide) {
  std::vector<Record> list(40, picture());
  const Augmentation both = augmentation("shift", {{"pixels", 2}}).then(augmentation("noise"));
  EXPECT_EQ(both.name(), "shift,noise");
  const auto read = [&](std::uint64_t seed, std::int64_t epoch) {
    const Dataset data = records(list).augment(both, seed);
    auto stream = data.batch(40).epoch(epoch);
    return stream.next()->to_tensors().input.to_vector<float>();
  };
  EXPECT_EQ(read(1, 0), read(1, 0));
  EXPECT_NE(read(1, 0), read(1, 1));
  EXPECT_NE(read(1, 0), read(2, 0));
  const Dataset data = records(list).augment(both, 1);
  EXPECT_NE(data.record(0)["input"].bytes, data.record(1)["input"].bytes);
  EXPECT_EQ(data.info().fields, records(list).info().fields);
  EXPECT_EQ(data.info().preprocessing, records(list).info().preprocessing);
}

// Two of the same name in a chain, and two of different names, do not draw the same numbers.
TEST(Augmentation, ThoseOfAChainAreIndependent) {
  const Augmentation flip = augmentation("flip"), twice = flip.then(flip);
  const Augmentation sometimes = augmentation("erase", {{"p", 0.5}});
  std::uint64_t changed = 0, agree = 0;
  for (std::uint64_t key = 0; key < kTries; ++key) {
    changed += values(twice(picture(), key)) != values(picture());
    agree += (values(flip(picture(), key)) != values(picture())) ==
             (values(sometimes(picture(), key)) != values(picture()));
  }
  EXPECT_NEAR(static_cast<double>(changed) / kTries, 0.5, 0.04);
  EXPECT_NEAR(static_cast<double>(agree) / kTries, 0.5, 0.04);
}

struct DarkenOptions {
  double factor = 0.5;
  static void fields(auto& self, auto&& field) {
    field("factor", self.factor, "the factor", options::above(0));
  }
};

TEST(Augmentation, OfOnesOwnIsFoundByName) {
  const auto darken = [](const DarkenOptions& options) {
    return Augmentation("test-darken", [options](Record record, std::uint64_t) {
      for (float& each : record["input"].as<float>()) each *= static_cast<float>(options.factor);
      return record;
    });
  };
  EXPECT_TRUE(add_augmentation("test-darken", "makes pictures darker", darken));
  EXPECT_FALSE(add_augmentation("flip", "again", darken));
  EXPECT_EQ(augmentation_description("test-darken"), "makes pictures darker");
  EXPECT_EQ(values(augmentation("test-darken", {{"factor", 2}})(picture(), 0))[3], 8);
  HostArray colors(Field{f32, {3, 12, 14}});
  for (std::size_t k = 0; k < 3 * 12 * 14; ++k) colors.as<float>()[k] = static_cast<float>(k % 50) / 50;
  const Record colored = {{"input", colors}}, sound = {{"input", counted<float>(f32, {2, 50})}};
  for (const std::string& name : augmentation_names()) {
    EXPECT_FALSE(augmentation_description(name).empty()) << name;
    const auto known = find_family("augmentation")->member(name).options;
    if (std::any_of(known.begin(), known.end(), [](const options::Info& info) { return info.required; })) {
      expect_error<options::OptionError>([&] { augmentation(name); }, {name, "size"});
      continue;
    }
    EXPECT_EQ(augmentation(name).name(), name);
    const Record& before = name.starts_with("sound-") ? sound : colored;
    EXPECT_EQ(augmentation(name)(before, 1)["input"].field, before["input"].field) << name;
  }
}

TEST(Augmentation, RefusesWhatItCannotChange) {
  expect_error<ValueError>([] { augmentation("filp"); },
                           {"no augmentation is called 'filp'", "flip", "shift"});
  expect_error<options::OptionError>(
      [] {
        augmentation("flip", {{"p", 1.5}});
      },
      {"augmentation flip: p is 1.5; expected a number from 0 to 1"});
  for (const char* name : {"flip", "shift", "noise", "erase"}) {
    const Augmentation own = augmentation(name);
    expect_error<ShapeError>(
        [&] {
          own({{"input", counted<float>(f32, {4})}}, 1);
        },
        {name, "'input'", "f32[4]", "[channels,height,width]"});
    expect_error<ValueError>(
        [&] {
          own({{"text", HostArray::of_text("abc")}}, 1);
        },
        {name, "no picture", "text text"});
  }
  Record detected = picture();
  detected.set("boxes", counted<float>(f32, {2, 5}));
  expect_error<ShapeError>([&] { augmentation("flip")(detected, 1); },
                           {"flip", "'boxes'", "f32[2,5]", "x1, y1, x2, y2"});
  EXPECT_NO_THROW(augmentation("noise")(detected, 1));
  Record other = picture();
  other.set("mask", counted<float>(f32, {3, 3}));
  expect_error<ShapeError>([&] { augmentation("shift")(other, 1); },
                           {"mask is f32[3,3]", "height 5", "width 6"});
  expect_error<ValueError>(
      [] {
        augmentation("shift", {{"pixels", 5}})(picture(), 1);
      },
      {"pixels is 5", "less than 5"});
  // In a data set the sample is named, before any is trained on.
  expect_error<ShapeError>(
      [] {
        tensors(ones({3, 4}), zeros({3})).augment(augmentation("flip"), 1);
      },
      {"flip", "f32[4]"});
}

}  // namespace
}  // namespace luge::data
