// Pictures whose size changes from batch to batch: drawn from a list by (seed, epoch, batch).
#include <gtest/gtest.h>

#include <set>

#include "luge/data/batches.h"
#include "luge/data/sources.h"
#include "luge/ops/shape.h"
#include "support/errors.h"

namespace luge::data {
namespace {

using testing::expect_error;

constexpr std::int64_t kSizes[] = {4, 6, 8};

Record resized(Record record, std::uint64_t key) {
  const std::int64_t to = kSizes[key % std::size(kSizes)];
  const HostArray& from = record["input"];
  HostArray image({f32, {1, to, to}});
  for (std::int64_t i = 0; i < to * to; ++i) {
    const std::int64_t y = i / to * 8 / to, x = i % to * 8 / to;
    image.as<float>()[static_cast<std::size_t>(i)] = from.as<float>()[static_cast<std::size_t>(y * 8 + x)];
  }
  record.set("input", image);
  return record;
}

Batches sized(std::int64_t group) {
  const Tensor images = reshape(arange(0, 50 * 64, 1, f32), {50, 1, 8, 8});
  return tensors(images, arange(0, 50))
      .shuffle({.seed = 4})
      .augment(resized, 9, {.fields = {{"input", {f32, {1, unknown, unknown}}}}, .group = group})
      .batch(6, {.collate = {{"input", Collate::same()}}});
}

std::vector<std::int64_t> sizes_of(Epoch epoch) {
  std::vector<std::int64_t> found;
  while (auto batch = epoch.next()) {
    const Shape& shape = batch->input().field.shape;
    EXPECT_EQ(shape, Shape({batch->rows, 1, shape[3], shape[3]}));
    EXPECT_FALSE(batch->values.contains("input.length"));
    // Row r is the picture that the target names.
    for (std::size_t r = 0; r < static_cast<std::size_t>(batch->rows); ++r) {
      const auto first = batch->input().as<float>()[r * static_cast<std::size_t>(shape[2] * shape[3])];
      EXPECT_EQ(first, static_cast<float>(64 * batch->target().as<std::int64_t>()[r]));
    }
    found.push_back(shape[3]);
  }
  return found;
}

TEST(Sizes, ChangeFromBatchToBatch) {
  const Batches batches = sized(6);
  EXPECT_EQ(batches.fields().to_string(), "input f32[?,1,?,?], target i64[?]");
  std::set<std::int64_t> all;
  for (std::int64_t epoch = 0; epoch < 4; ++epoch) {
    const auto sizes = sizes_of(batches.epoch(epoch));
    ASSERT_EQ(sizes.size(), 9u);
    all.insert(sizes.begin(), sizes.end());
    EXPECT_EQ(sizes, sizes_of(batches.prefetch({.workers = 2}).epoch(epoch)));
    EXPECT_EQ(std::vector<std::int64_t>(sizes.begin() + 5, sizes.end()), sizes_of(batches.epoch(epoch, 5)));
  }
  EXPECT_EQ(all, std::set<std::int64_t>(std::begin(kSizes), std::end(kSizes)));
  EXPECT_NE(sizes_of(batches.epoch(0)), sizes_of(batches.epoch(1)));
}

TEST(Sizes, ThatDifferWithinABatchAreRefused) {
  expect_error<ShapeError>([] { sizes_of(sized(1).epoch(0)); },
                           {"tensors, row", "'input'", "one shape in a batch"});
  expect_error<ValueError>([] { sized(0); }, {"group is 0"});
}

}  // namespace
}  // namespace luge::data
