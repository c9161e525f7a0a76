// Inputs that are scaled: several scalings in one pass, augmentations that are done on bytes before them, and
// the search for numbers that are not finite.
#include "data/views/scaling.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "data/spent.h"
#include "data/views/views.h"
#include "luge/data/augment.h"
#include "luge/data/batches.h"
#include "luge/data/sources.h"
#include "luge/error.h"
#include "support/errors.h"

namespace luge::data {
namespace {

// Pictures of bytes [3,height,width] with labels.
class Pictures final : public Source {
 public:
  Pictures(std::int64_t height, std::int64_t width) : shape_({3, height, width}) {
    info_.name = "pictures";
    info_.fields = {{std::string(kInput), {u8, shape_}}, {std::string(kTarget), {i64, {}}}};
  }
  std::int64_t size() const override { return 6; }
  const Info& info() const override { return info_; }
  void read(std::int64_t index, Row& row) const override {
    if (row.wants(1)) row.write_as<std::int64_t>(1)[0] = index;
    if (!row.wants(0)) return;
    unsigned value = static_cast<unsigned>(index) * 37;
    for (std::uint8_t& each : row.write_as<std::uint8_t>(0)) each = static_cast<std::uint8_t>(value += 61);
  }
  std::string where(std::int64_t index) const override { return "picture " + std::to_string(index); }

 private:
  Shape shape_;
  Info info_;
};

Dataset pictures(std::int64_t height = 9, std::int64_t width = 21) {
  return Dataset(std::make_shared<Pictures>(height, width));
}
const Affine kUnit{{0.0f}, {1.0f / 255.0f}}, kChannels{{0.1f, 0.2f, 0.3f}, {3.0f, 0.7f, 1.9f}};

TEST(Scaling, SeveralInOnePassAreThoseOneByOne) {
  // Extents that fill no registers, and blocks that end within a channel.
  for (const auto& [height, width] : {std::pair{1, 1}, {3, 7}, {41, 103}}) {
    const Dataset raw = pictures(height, width), scaled = raw.affine(kUnit).affine(kChannels).affine(kUnit);
    EXPECT_EQ(scaled.info().preprocessing->offset.size(), 3u);
    for (std::int64_t k = 0; k < raw.size(); ++k) {
      const HostArray from = raw.get(k).input, to = scaled.get(k).input;
      const auto area = static_cast<std::size_t>(height * width);
      ASSERT_EQ(to.as<float>().size(), 3 * area);
      for (std::size_t i = 0; i < 3 * area; ++i) {
        volatile float x = static_cast<float>(from.as<std::uint8_t>()[i]) * kUnit.scale[0];
        x = x - kChannels.offset[i / area];
        x = x * kChannels.scale[i / area];
        x = x * kUnit.scale[0];
        ASSERT_EQ(to.as<float>()[i], x) << i;
      }
    }
  }
  const std::uint64_t one = pictures().affine(kUnit).fingerprint();
  EXPECT_NE(pictures().affine(kUnit).affine(kUnit).fingerprint(), one);
  EXPECT_EQ(pictures().affine(kUnit).fingerprint(), one);
}

bool on_bytes(const Dataset& data) {
  const auto found = unscaled(data.source());
  return found && found->source->info().input().dtype == u8;
}

// The same augmentation as a function that nothing is known of.
Dataset on_floats(const Dataset& data, const Augmentation& named, std::uint64_t seed) {
  return data.augment([named](Record record, std::uint64_t key) { return named(std::move(record), key); },
                      seed, {.fields = named.fields(data.info().fields)});
}

TEST(Scaling, AugmentationsThatCopyAreDoneOnBytesWithTheSameResult) {
  const Augmentation both =
      augmentation("crop", {{"padding", 3}}).then(augmentation("flip", {{"vertical", 0.3}}));
  const Dataset scaled = pictures().affine(kUnit).take(5).select({4, 2, 0, 1});
  for (const Augmentation& each :
       {both, augmentation("shift"), augmentation("crop", {{"size", std::vector<std::int64_t>{5, 8}}}),
        augmentation("crop", {{"fill", 1}, {"border", "reflect"}})}) {
    SCOPED_TRACE(each.name());
    const Dataset bytes = scaled.augment(each, 3), floats = on_floats(scaled, each, 3);
    EXPECT_TRUE(on_bytes(bytes));
    EXPECT_FALSE(on_bytes(floats));
    EXPECT_EQ(bytes.info().fields, floats.info().fields);
    EXPECT_EQ(*bytes.info().preprocessing, *floats.info().preprocessing);
    const Batches some = bytes.shuffle({.seed = 1}).batch(2), same = floats.shuffle({.seed = 1}).batch(2);
    for (int epoch = 0; epoch < 3; ++epoch) {
      Epoch one = some.epoch(epoch), other = same.epoch(epoch);
      while (const auto batch = one.next()) {
        const auto wanted = other.next();
        EXPECT_EQ(batch->input().bytes, wanted->input().bytes);
        EXPECT_EQ(batch->target().bytes, wanted->target().bytes);
        EXPECT_EQ(batch->where(0), wanted->where(0));
      }
    }
  }
}

TEST(Scaling, OthersAreDoneOnWhatTheScalingMade) {
  const Dataset scaled = pictures().affine(kUnit);
  EXPECT_FALSE(on_bytes(scaled.augment(augmentation("brightness"), 1)));
  EXPECT_FALSE(on_bytes(scaled.augment(augmentation("flip").then(augmentation("brightness")), 1)));
  EXPECT_FALSE(on_bytes(scaled.augment(augmentation("crop", {{"fill", 0.5}}), 1)));
  EXPECT_FALSE(on_bytes(pictures().affine(kChannels).augment(augmentation("crop"), 1)))
      << "0 is not 0 before";
  EXPECT_FALSE(on_bytes(pictures().augment(augmentation("crop"), 1))) << "there is no scaling";
}

TEST(Scaling, AFactorThatMakesBytesInfiniteIsFound) {
  for (const float factor : {1e37f, INFINITY, NAN}) {
    const Batches batches = pictures().affine(kUnit).affine({{0.0f}, {factor}}).batch(2);
    if (factor < 1e38f) {
      EXPECT_NO_THROW(batches.epoch(0).next());
    } else {
      testing::expect_error<ValueError>([&] { batches.epoch(0).next(); }, {"picture 0", "finite number"});
    }
  }
  testing::expect_error<ValueError>(
      [&] {
        pictures().affine({{0.0f}, {1e30f}}).affine({{0.0f}, {1e30f}}).batch(2).epoch(0).next();
      },
      {"picture 0", "finite number"});
}

// The next batch has no value of the one whose memory it gets.
TEST(Scaling, MemoryOfSpentBatchesIsUsedAgain) {
  const Batches batches = pictures(80, 90).affine(kUnit).batch(2);
  Epoch epoch = batches.epoch(0);
  std::optional<HostBatch> first = epoch.next();
  const std::byte* memory = first->input().bytes.data();
  const std::vector<std::byte> values = first->input().bytes;
  give_back(std::move(*first));
  const std::optional<HostBatch> second = epoch.next();
  EXPECT_EQ(second->input().bytes.data(), memory);
  EXPECT_NE(second->input().bytes, values);
  EXPECT_EQ(second->input().as<float>()[0], pictures(80, 90).affine(kUnit).get(2).input.as<float>()[0]);
  const std::optional<HostBatch> third = epoch.next();
  EXPECT_NE(third->input().bytes.data(), memory) << "it is in use";
}

TEST(Scaling, WhatIsNotFiniteIsFoundAnywhere) {
  for (std::size_t count = 0; count < 150; ++count) {
    std::vector<float> numbers(count, std::numeric_limits<float>::max());
    EXPECT_TRUE(all_finite(numbers.data(), count));
    for (std::size_t k = 0; k < count; ++k) {
      for (const float bad : {NAN, INFINITY, -INFINITY}) {
        numbers[k] = bad;
        EXPECT_FALSE(all_finite(numbers.data(), count)) << k << " of " << count;
      }
      numbers[k] = -0.0f;
    }
  }
}

}  // namespace
}  // namespace luge::data
