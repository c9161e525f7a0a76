// Several data sets as one, caches, balanced drawing, and their positions.
#include "luge/data/views.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <map>

#include "luge/data/batches.h"
#include "luge/data/sources.h"
#include "luge/error.h"
#include "support/errors.h"
#include "support/temp_dir.h"

namespace luge::data {
namespace {

namespace fs = std::filesystem;
using testing::expect_error;
using testing::TempDir;

Dataset counted(float begin, std::int64_t count) {
  std::vector<float> values, labels;
  for (std::int64_t i = 0; i < count; ++i) values.push_back(begin + static_cast<float>(i));
  return tensors(tensor(values, {count, 1}));
}
std::vector<float> inputs(const Dataset& data) {
  std::vector<float> all;
  for (const Sample& sample : data) all.push_back(sample.input.as<float>()[0]);
  return all;
}

TEST(Views, JoinAndTakeTurns) {
  const std::vector<Dataset> three = {counted(0, 3), counted(10, 1), counted(20, 2)};
  EXPECT_EQ(inputs(concat(three)), (std::vector<float>{0, 1, 2, 10, 20, 21}));
  EXPECT_EQ(inputs(interleave(three)), (std::vector<float>{0, 10, 20, 1, 21, 2}));
  EXPECT_EQ(concat(three).where(4), three[2].where(0));
  const Dataset both = zip({counted(0, 2), counted(5, 2).rename("input", "other")});
  EXPECT_EQ(both.record(1)["other"].as<float>()[0], 6);
  expect_error<ValueError>([&] { zip({counted(0, 2), counted(0, 2)}); }, {"'input'"});
  expect_error<ValueError>([&] { zip({counted(0, 2), counted(0, 3).rename("input", "b")}); }, {"2", "3"});
  expect_error<ValueError>([&] { concat({}); }, {"no data set"});
  expect_error<ValueError>([&] { concat({counted(0, 2), xor_table()}); }, {"concat", "target"});
}

// Counts how often its records are read.
Dataset watched(std::atomic<int>& reads, std::int64_t count) {
  return counted(0, count).map([&](Record record) {
    ++reads;
    return record;
  });
}

TEST(Views, KeepSamplesInMemory) {
  std::atomic<int> reads = 0;
  const Dataset plain = watched(reads, 40);
  const Dataset all = cache(plain), some = cache(plain, {.max_bytes = 4 * 10});
  reads = 0;
  for (int pass = 0; pass < 3; ++pass) EXPECT_EQ(inputs(all), inputs(counted(0, 40)));
  EXPECT_EQ(reads, 40);
  reads = 0;
  for (int pass = 0; pass < 2; ++pass) EXPECT_EQ(inputs(some), inputs(counted(0, 40)));
  EXPECT_EQ(reads, 40 + 30) << "ten of them fit";
  EXPECT_EQ(all.fingerprint(), plain.fingerprint());
}

TEST(Views, KeepSamplesInAFile) {
  const TempDir folder;
  std::vector<Record> list;
  for (int i = 0; i < 9; ++i) {
    HostArray ids({i64, {i}});
    for (std::int64_t& id : ids.as<std::int64_t>()) id = i;
    list.push_back(
        {{"ids", ids}, {"text", HostArray::of_text(std::string(static_cast<std::size_t>(i), 'x'))}});
  }
  const Dataset plain = records(list);
  std::string told;
  const CacheOptions options{.folder = folder.path(), .tell = [&](const std::string& line) { told += line; }};
  const auto same = [&](const Dataset& other) {
    for (std::int64_t i = 0; i < plain.size(); ++i) {
      EXPECT_EQ(other.record(i)["ids"].bytes, plain.record(i)["ids"].bytes);
      EXPECT_EQ(other.record(i)["text"].text(), plain.record(i)["text"].text());
    }
  };
  same(cache(plain, options));
  const fs::path file = fs::directory_iterator(folder.path())->path();
  const auto written = fs::last_write_time(file);
  same(cache(plain, options));
  EXPECT_EQ(fs::last_write_time(file), written) << "it is used again";
  const std::string whole = testing::read_file(file);
  // Whatever is left of the file, the samples are right.
  for (const std::size_t size : {std::size_t{0}, std::size_t{20}, whole.size() / 2, whole.size() - 1}) {
    folder.write(file.filename().string(), whole.substr(0, size));
    told.clear();
    same(cache(plain, options));
    EXPECT_NE(told.find("is damaged"), std::string::npos) << size;
    EXPECT_EQ(testing::read_file(file), whole);
  }
  std::string flipped = whole;
  flipped.back() ^= 1;
  folder.write(file.filename().string(), flipped);
  expect_error<FormatError>([&] { cache(plain, options).record(8); },
                            {".cache", "sample 8", "delete the file"});
  fs::remove(file);
  same(cache(plain, {.max_bytes = 100, .folder = folder.path()}));
}

TEST(Views, BalanceClasses) {
  std::vector<std::int64_t> labels(100, 0);
  labels[3] = labels[50] = 1;
  const Dataset data = tensors(zeros({100, 1}), tensor(labels, {100}));
  const Dataset even = data.draw(2000, {.weights = balanced_weights(data), .seed = 4});
  std::map<std::int64_t, int> counts;
  for (const Sample& sample : even) ++counts[sample.target.as<std::int64_t>()[0]];
  EXPECT_NEAR(counts[1], 1000, 120);
  expect_error<ValueError>([&] { balanced_weights(data, "input2"); }, {"input2"});
  expect_error<ValueError>(
      [&] {
        balanced_weights(tensors(zeros({3, 1}), tensor(std::vector<float>{1.5f, 2, 3}, {3, 1})));
      },
      {"row 0", "whole number"});
}

TEST(Views, ValidateOnLaterSamples) {
  const auto folds = time_series_folds(counted(0, 11), 3);
  ASSERT_EQ(folds.size(), 3u);
  EXPECT_EQ(inputs(folds[0].first), (std::vector<float>{0, 1, 2, 3, 4}))
      << "as scikit-learn: the first has the rest";
  EXPECT_EQ(inputs(folds[0].second), (std::vector<float>{5, 6}));
  EXPECT_EQ(inputs(folds[2].second), (std::vector<float>{9, 10}));
  expect_error<ValueError>([&] { time_series_folds(counted(0, 3), 3); }, {"k is 3", "1 to 2"});
}

// Each view, stopped after any batch and gone on with, gives what it gives without a stop.
TEST(Views, GoOnWhereTheyWere) {
  const TempDir folder;
  const Dataset a = counted(0, 20), b = counted(100, 13);
  const std::pair<const char*, Dataset> all[] = {
      {"concat", concat({a.shuffle({.seed = 1}), b})},
      {"interleave", interleave({a, b.shuffle({.seed = 2})})},
      {"zip", zip({a.shuffle({.seed = 3}), counted(50, 20).rename("input", "other")})},
      {"cache", cache(a).shuffle({.seed = 4})},
      {"file", cache(b, {.folder = folder.path()}).shuffle({.seed = 5})},
      {"where_true",
       a.where_true([](const Record& r) { return r["input"].as<float>()[0] > 4; }).shuffle({.seed = 6})},
      {"draw", a.draw(17, {.weights = std::vector<double>(20, 2.0), .seed = 7})}};
  const auto rest = [](Epoch epoch) {
    std::vector<std::vector<std::byte>> found;
    while (auto batch = epoch.next()) found.push_back(batch->input().bytes);
    return found;
  };
  for (const auto& [name, view] : all) {
    for (const int workers : {0, 2}) {
      const Batches batches = view.batch(4).prefetch({.workers = workers});
      const auto whole = rest(batches.epoch(1));
      EXPECT_NE(whole, rest(batches.epoch(2))) << name;
      for (std::int64_t first = 0; first <= batches.size(); ++first)
        EXPECT_EQ(rest(batches.epoch(1, first)),
                  std::vector(whole.begin() + static_cast<std::ptrdiff_t>(first), whole.end()))
            << name << ", " << first;
    }
  }
}

}  // namespace
}  // namespace luge::data
