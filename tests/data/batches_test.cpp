// Batches: sizes, order over epochs, prefetching, and what happens to bad samples.
#include "luge/data/batches.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <cstring>
#include <limits>
#include <set>

#include "data/sources/arrays.h"
#include "support/errors.h"

namespace luge::data {
namespace {

using testing::expect_error;

class Counting final : public Source {
 public:
  explicit Counting(std::int64_t size, std::int64_t bad = -1) : size_(size), bad_(bad) {
    info_.name = "counting";
    info_.fields = {{"input", {f32, {1}}}, {"target", {i64, {}}}};
  }
  std::int64_t size() const override { return size_; }
  const Info& info() const override { return info_; }
  void read(std::int64_t index, Row& row) const override {
    if (index == bad_) throw FileError(where(index) + ": cannot be read");
    row.write_as<float>(0)[0] =
        index == nan ? std::numeric_limits<float>::quiet_NaN() : static_cast<float>(index);
    row.write_as<std::int64_t>(1)[0] = index;
  }
  std::string where(std::int64_t index) const override { return "sample-" + std::to_string(index) + ".png"; }
  std::int64_t nan = -1;

 private:
  std::int64_t size_, bad_;
  Info info_;
};

std::vector<std::int64_t> order_of(Epoch epoch) {
  std::vector<std::int64_t> found;
  while (auto batch = epoch.next()) {
    const auto targets = batch->target().as<std::int64_t>();
    found.insert(found.end(), targets.begin(), targets.end());
  }
  return found;
}

TEST(Batches, KeepOrDropTheLastPartialOne) {
  const Dataset data(std::make_shared<Counting>(10));
  EXPECT_EQ(data.batch(4).size(), 3);
  EXPECT_EQ(data.batch(4, {.drop_last = true}).size(), 2);
  auto epoch = data.batch(4).epoch(0);
  std::vector<std::int64_t> rows;
  while (auto batch = epoch.next()) {
    EXPECT_EQ(batch->input().field.shape, Shape({batch->rows, 1}));
    EXPECT_EQ(batch->target().field.shape, Shape({batch->rows}));
    rows.push_back(batch->rows);
  }
  EXPECT_EQ(rows, (std::vector<std::int64_t>{4, 4, 2}));
  EXPECT_EQ(order_of(data.batch(4, {.drop_last = true}).epoch(0)).size(), 8u);
}

TEST(Batches, MayBeLargerThanAnything) {
  constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();
  const Dataset data(std::make_shared<Counting>(10));
  EXPECT_EQ(data.batch(largest).size(), 1);
  EXPECT_EQ(data.batch(largest, {.drop_last = true}).size(), 0);
  EXPECT_EQ(order_of(data.batch(largest).epoch(0)).size(), 10u);
  EXPECT_EQ(Dataset(std::make_shared<Counting>(0)).batch(largest).size(), 0);
}

TEST(Batches, AnEpochContinuesFromAnyBatch) {
  const Batches batches = Dataset(std::make_shared<Counting>(50)).shuffle({.seed = 5}).batch(8);
  const auto whole = order_of(batches.epoch(3));
  EXPECT_EQ(order_of(batches.epoch(3, 2)), std::vector<std::int64_t>(whole.begin() + 16, whole.end()));
  EXPECT_NE(whole, order_of(batches.epoch(4)));
}

TEST(Batches, PrefetchingChangesNothingButTheTime) {
  const Batches plain = Dataset(std::make_shared<Counting>(101)).shuffle().batch(7);
  for (const int workers : {0, 1, 3, 8}) {
    EXPECT_EQ(order_of(plain.prefetch({.workers = workers, .depth = 2}).epoch(1)), order_of(plain.epoch(1)));
  }
  auto abandoned = plain.prefetch({.workers = 2}).epoch(0);
  EXPECT_TRUE(abandoned.next());  // and its threads end with it
}

TEST(BadInput, C21_AnEmptyDataSetHasNoBatches) {
  const Dataset data(std::make_shared<Counting>(0));
  EXPECT_EQ(data.batch(4).size(), 0);
  EXPECT_TRUE(order_of(data.batch(4).epoch(0)).empty());
  EXPECT_TRUE(order_of(data.shuffle().batch(4).prefetch({.workers = 2}).epoch(0)).empty());
}

TEST(BadInput, C22_FewerSamplesThanABatch) {
  const Dataset data(std::make_shared<Counting>(3));
  EXPECT_EQ(order_of(data.batch(64).epoch(0)).size(), 3u);
  EXPECT_EQ(data.batch(64, {.drop_last = true}).size(), 0);
  expect_error<ValueError>([&] { data.batch(0); }, {"0", "at least 1"});
}

TEST(BadInput, C19_NaNInAnInputNamesTheSample) {
  const auto source = std::make_shared<Counting>(10);
  source->nan = 6;
  for (const int workers : {0, 2}) {
    auto epoch = Dataset(source).batch(4).prefetch({.workers = workers}).epoch(0);
    EXPECT_TRUE(epoch.next());
    expect_error<ValueError>([&] { epoch.next(); }, {"sample-6.png", "nan", "finite"});
  }
}

TEST(BadInput, C28_RandomNumbersOfLoadersDependOnTheSampleNotTheWorker) {
  std::mutex mutex;
  std::set<std::uint64_t> keys;
  const auto collect = [&](int workers, std::int64_t epoch) {
    keys.clear();
    auto batches = Dataset(std::make_shared<Counting>(64))
                       .augment([&](Sample sample, std::uint64_t key) {
                         const std::lock_guard lock(mutex);
                         keys.insert(key);
                         return sample;
                       })
                       .batch(8)
                       .prefetch({.workers = workers})
                       .epoch(epoch);
    while (batches.next()) {
    }
    return keys;
  };
  const auto one = collect(1, 1);
  EXPECT_GE(one.size(), 64u) << "every sample has a stream of its own";
  EXPECT_EQ(one, collect(4, 1));
  EXPECT_NE(one, collect(1, 2));
}

TEST(BadInput, C29_AnErrorInALoaderStopsWithTheSamplesPath) {
  auto epoch = Dataset(std::make_shared<Counting>(40, 21)).batch(4).prefetch({.workers = 2}).epoch(0);
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(epoch.next());
  expect_error<FileError>([&] { epoch.next(); }, {"sample-21.png", "cannot be read"});
}

TEST(Prefetch, TakesNoNumberOfThreadsThatWouldEndTheProcess) {
  const Batches plain = Dataset(std::make_shared<Counting>(8, -1)).batch(4);
  for (const int workers : {-2, 257, 100000}) {
    try {
      plain.prefetch({.workers = workers});
      FAIL() << workers << " workers";
    } catch (const ValueError& error) {
      EXPECT_NE(std::string(error.what()).find(std::to_string(workers)), std::string::npos) << error.what();
    }
  }
  EXPECT_THROW(plain.prefetch({.depth = 1 << 30}), ValueError);
  EXPECT_EQ(plain.prefetch({.workers = 32}).size(), plain.size());
}

}  // namespace
}  // namespace luge::data
