// Bad input classes over records of named fields: the error says which sample and field, and nothing is lost.
#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <stdexcept>

#include "luge/data/batches.h"
#include "luge/data/sources.h"
#include "support/errors.h"

namespace luge::data {
namespace {

using testing::expect_error;

// Record i: i % 3 + 1 frames of two numbers, and a label.
Dataset frames(std::int64_t count, std::int64_t bad = -1, float value = 0) {
  std::vector<Record> list;
  for (std::int64_t i = 0; i < count; ++i) {
    HostArray frames({f32, {i % 3 + 1, 2}}), label({i64, {}});
    if (i == bad) frames.as<float>().back() = value;
    label.as<std::int64_t>()[0] = i % 2;
    list.push_back({{"frames", frames}, {"label", label}});
  }
  return records(std::move(list), {{"frames", {f32, {unknown, 2}}}, {"label", {i64, {}}}});
}

std::int64_t batches_of(Epoch epoch) {
  std::int64_t count = 0;
  while (epoch.next()) ++count;
  return count;
}

TEST(BadInput, C19_NotFiniteInARaggedField) {
  for (const float value : {NAN, INFINITY, -INFINITY}) {
    for (const int workers : {0, 2}) {
      auto epoch = frames(8, 5, value).batch(3).prefetch({.workers = workers}).epoch(0);
      EXPECT_EQ(epoch.next()->rows, 3);
      expect_error<ValueError>([&] { epoch.next(); }, {"record 5", "frames", "finite"});
      EXPECT_EQ(epoch.next()->rows, 2) << "the batches after it can still be read";
    }
  }
}

TEST(BadInput, C21_NoRecords) {
  const Dataset none = frames(0);
  EXPECT_EQ(batches_of(none.batch(4).epoch(0)), 0);
  EXPECT_EQ(batches_of(none.shuffle().batch(4).prefetch({.workers = 2}).epoch(0)), 0);
  EXPECT_EQ(batches_of(none.similar("frames", 4).batch(4).epoch(3)), 0);
  EXPECT_EQ(none.where_true([](const Record&) { return true; }).size(), 0);
  EXPECT_EQ(none.split(0.5).first.size(), 0);
  EXPECT_EQ(none.fields({"label"}).batch(2).fields().to_string(), "label i64[?]");
  expect_error<ValueError>([&] { none.draw(3); }, {"draw", "no samples"});
  expect_error<ValueError>([&] { none.k_fold(2); }, {"k is 2"});
  expect_error<ValueError>([&] { none.combine([](auto all, auto) { return all[0]; }); },
                           {"combine", "no samples"});
  expect_error<IndexError>([&] { none.record(0); }, {"sample 0", "it has 0"});
  EXPECT_EQ(none.map([](Record record) { return record; }).batch(2).size(), 0);
}

TEST(BadInput, C22_FewerRecordsThanABatch) {
  auto epoch = frames(3).batch(64).epoch(0);
  const auto batch = epoch.next();
  EXPECT_EQ(batch->rows, 3);
  EXPECT_EQ(batch->values["frames"].field.shape, Shape({3, 8, 2}));
  EXPECT_EQ(batch->values["frames.length"].field.shape, Shape({3}));
  EXPECT_FALSE(epoch.next().has_value());
  EXPECT_EQ(frames(3).batch(64, {.drop_last = true}).size(), 0);
}

TEST(BadInput, C25_OneClassAlone) {
  const Dataset one = frames(9).map([](Record record) {
    record["label"].as<std::int64_t>()[0] = 4;
    return record;
  });
  const auto [train, valid] = one.split(2.0 / 3, {.stratify = "label"});
  EXPECT_EQ(train.size(), 6);
  EXPECT_EQ(valid.size(), 3);
}

TEST(BadInput, C28_WorkersDrawWhatOneReaderDraws) {
  const Dataset data = frames(40).augment([](Record record, std::uint64_t key) {
    record["label"].as<std::int64_t>()[0] = static_cast<std::int64_t>(key >> 1);
    return record;
  });
  const auto keys = [&](int workers, std::int64_t number) {
    std::vector<std::int64_t> found;
    auto epoch = data.batch(3).prefetch({.workers = workers}).epoch(number);
    while (auto batch = epoch.next()) {
      for (const std::int64_t key : batch->values["label"].as<std::int64_t>()) found.push_back(key);
    }
    return found;
  };
  const auto once = keys(0, 1), many = keys(4, 1), next = keys(4, 2);
  EXPECT_EQ(once, many);
  std::set<std::int64_t> distinct(many.begin(), many.end());
  distinct.insert(next.begin(), next.end());
  EXPECT_EQ(distinct.size(), 80u);
}

TEST(BadInput, C29_AFunctionThatThrows) {
  const auto refusing = [](auto refuse) {
    return frames(8).map([refuse](Record record) {
      if (record["frames"].field.shape[0] == 3) refuse(record);
      return record;
    });
  };
  for (const int workers : {0, 2}) {
    const auto second = [&](const Dataset& data) {
      auto epoch = data.batch(1).prefetch({.workers = workers}).epoch(0, 2);
      epoch.next();
    };
    expect_error<ValueError>([&] { second(refusing([](Record& record) { record["boxes"]; })); },
                             {"record 2", "'boxes'", "frames, label"});
    expect_error<ShapeError>(
        [&] {
          second(refusing([](Record& record) { record.set("label", HostArray({i64, {4}})); }));
        },
        {"record 2", "'label'", "i64[4]"});
    expect_error<ShapeError>([&] { second(refusing([](Record& record) { record.erase("label"); })); },
                             {"record 2", "'label'", "nothing"});
    expect_error<ShapeError>(
        [&] {
          second(refusing([](Record& record) { record.set("more", HostArray({f32, {}})); }));
        },
        {"record 2", "'more'"});
    try {
      second(refusing([](Record&) { throw std::out_of_range("their own"); }));
      ADD_FAILURE() << "nothing was thrown";
    } catch (const ValueError& error) {
      EXPECT_NE(std::string(error.what()).find("record 2: their own"), std::string::npos) << error.what();
      EXPECT_THROW(std::rethrow_if_nested(error), std::out_of_range);
    }
  }
}

// A mixed batch: shapes that cannot be one tensor.
TEST(BadInput, C83_ShapesThatDoNotFitTogether) {
  expect_error<ValueError>(
      [] {
        frames(4).batch(2, {.collate = {{"frames", Collate::stack()}}});
      },
      {"'frames'", "f32[?,2]", "pad"});
  auto small = frames(4).batch(4, {.collate = {{"frames", Collate::pad({.buckets = {1, 2}})}}}).epoch(0);
  expect_error<ShapeError>([&] { small.next(); }, {"record 2", "'frames'", "extent 3", "bucket is 2"});
  expect_error<ValueError>([] { frames(2).rename("label", "frames"); }, {"'frames'", "already"});
  expect_error<ValueError>(
      [] {
        frames(2).batch(2, {.collate = {{"frame", Collate::pad()}}});
      },
      {"frame", "frames"});
  expect_error<ValueError>([] { tensors({{"x", zeros({2})}, {"x", zeros({2})}}); }, {"'x'", "twice"});
  expect_error<ShapeError>(
      [] {
        tensors({{"x", zeros({2})}, {"y", zeros({3})}});
      },
      {"'x' has 2", "'y' has 3"});
  expect_error<ShapeError>([] { tensors({{"x", zeros({})}}); }, {"'x'", "single number"});
  const Dataset clash = frames(2).map([](Record record) {
    record.set("frames.length", HostArray({i64, {}}));
    return record;
  });
  expect_error<ValueError>([&] { clash.batch(2); }, {"frames.length", "rename"});
}

}  // namespace
}  // namespace luge::data
