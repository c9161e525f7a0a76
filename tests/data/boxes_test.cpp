// Boxes as a field of different extents: through mosaic, which makes one sample of four, into a padded batch.
#include <gtest/gtest.h>

#include "luge/data/batches.h"
#include "luge/data/sources.h"

namespace luge::data {
namespace {

constexpr std::int64_t kSide = 8;

// A picture u8[1,8,8] with i % 4 bright pixels, and a box (class, x, y, width, height) around each, in parts
// of the side.
Dataset pictures(std::int64_t count) {
  std::vector<Record> list;
  for (std::int64_t i = 0; i < count; ++i) {
    HostArray image({u8, {1, kSide, kSide}}), boxes({f32, {i % 4, 5}});
    for (std::int64_t b = 0; b < i % 4; ++b) {
      const std::int64_t x = (i + 3 * b) % kSide, y = (5 * i + b) % kSide;
      image.bytes[static_cast<std::size_t>(y * kSide + x)] = std::byte(100 + i % 100);
      const float box[] = {static_cast<float>(i % 100), (static_cast<float>(x) + 0.5f) / kSide,
                           (static_cast<float>(y) + 0.5f) / kSide, 1.0f / kSide, 1.0f / kSide};
      std::copy(box, box + 5, boxes.as<float>().begin() + 5 * b);
    }
    list.push_back({{"image", image}, {"boxes", boxes}});
  }
  return records(std::move(list), {{"image", {u8, {1, kSide, kSide}}}, {"boxes", {f32, {unknown, 5}}}});
}

// Four pictures side by side in one of twice the side, and the boxes with them (Bochkovskiy et al. 2020).
Record mosaic(std::span<const Record> from, std::uint64_t) {
  Record result;
  HostArray image({u8, {1, 2 * kSide, 2 * kSide}});
  std::vector<float> boxes;
  for (std::size_t q = 0; q < 4; ++q) {
    const std::int64_t left = q % 2 * kSide, top = q / 2 * kSide;
    for (std::int64_t i = 0; i < kSide * kSide; ++i) {
      const std::int64_t to = (top + i / kSide) * 2 * kSide + left + i % kSide;
      image.bytes[static_cast<std::size_t>(to)] = from[q]["image"].bytes[static_cast<std::size_t>(i)];
    }
    const auto own = from[q]["boxes"].as<float>();
    for (std::size_t b = 0; b < own.size(); b += 5) {
      const float x = own[b + 1] + static_cast<float>(q % 2), y = own[b + 2] + static_cast<float>(q / 2);
      boxes.insert(boxes.end(), {own[b], x / 2, y / 2, own[b + 3] / 2, own[b + 4] / 2});
    }
  }
  HostArray all({f32, {static_cast<std::int64_t>(boxes.size()) / 5, 5}});
  std::copy(boxes.begin(), boxes.end(), all.as<float>().begin());
  return {{"image", image}, {"boxes", all}};
}

TEST(Boxes, MosaicMovesThemWithThePicturesIntoAPaddedBatch) {
  const auto batches = pictures(40)
                           .combine(mosaic, {.others = 3, .seed = 2})
                           .shuffle({.seed = 1})
                           .batch(8, {.collate = {{"boxes", Collate::pad({.value = -1, .buckets = {12}})}}});
  EXPECT_EQ(batches.fields().to_string(), "image u8[?,1,16,16], boxes f32[?,?,5], boxes.length i64[?]");
  std::int64_t found = 0;
  for (const Batch& batch : Batches(batches)) {
    ASSERT_EQ(batch["boxes"].shape(), Shape({8, 12, 5}));
    const auto boxes = batch["boxes"].to_vector<float>();
    const auto pixels = batch["image"].to_vector<std::uint8_t>();
    const auto counts = batch["boxes.length"].to_vector<std::int64_t>();
    for (std::size_t i = 0; i < 8 * 12; ++i) {
      const float* box = boxes.data() + 5 * i;
      if (static_cast<std::int64_t>(i % 12) >= counts[i / 12]) {
        EXPECT_EQ(std::vector<float>(box, box + 5), std::vector<float>(5, -1));
        continue;
      }
      const auto x = static_cast<std::size_t>(box[1] * 16), y = static_cast<std::size_t>(box[2] * 16);
      EXPECT_EQ(pixels[i / 12 * 256 + y * 16 + x], 100 + static_cast<int>(box[0]));
      ++found;
    }
  }
  EXPECT_GT(found, 120);  // of about 240: 1.5 boxes a picture, four pictures a sample
}

}  // namespace
}  // namespace luge::data
