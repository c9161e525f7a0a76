// Records of named fields, from a source to a batch: schemas, ragged fields, text, padding and lengths.
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "luge/data/batches.h"
#include "luge/data/sources.h"
#include "luge/error.h"
#include "support/errors.h"
#include "support/mixed_records.h"

namespace luge::data {
namespace {

using testing::array;
using testing::expect_error;
using testing::first_tokens;
using testing::label;
using testing::mixed;
using testing::tokens;

TEST(Schema, NamesFieldsAndFindsThem) {
  const Schema fields = {{"image", {u8, {3, unknown, unknown}}}, {"text", Field::utf8()}};
  EXPECT_EQ(fields.to_string(), "image u8[3,?,?], text text");
  EXPECT_EQ(fields.index("text"), 1u);
  EXPECT_FALSE(fields.find("mask").has_value());
  expect_error<ValueError>([&] { fields.at("mask"); }, {"mask", "image, text"});
  expect_error<ValueError>([] { Schema({{"a", {}}, {"a", {}}}); }, {"'a'", "twice"});
  expect_error<ValueError>([] { Schema({{"", {}}}); }, {"no name"});
}

TEST(Records, TellWhichExtentsDiffer) {
  const Dataset data = records({{{"x", array<float>(f32, {2, 3}, {1, 2, 3, 4, 5, 6})}},
                                {{"x", array<float>(f32, {4, 3}, std::vector<float>(12, 1.0f))}}});
  EXPECT_EQ(data.info().fields.to_string(), "x f32[?,3]");
  EXPECT_EQ(data.record(1)["x"].field.shape, Shape({4, 3}));
}

TEST(Records, OfOtherFieldsAreNamed) {
  const HostArray one = array<float>(f32, {1}, {1}), two = array<float>(f32, {2}, {1, 2});
  const Schema fields = {{"x", {f32, {1}}}};
  expect_error<ShapeError>(
      [&] {
        records({{{"x", one}}, {{"x", two}}}, fields);
      },
      {"record 1", "'x'", "f32[2]", "f32[1]"});
  expect_error<ValueError>([&] { records({{{"x", one}}, {}}, fields); }, {"record 1", "'x'", "missing"});
  expect_error<ValueError>([&] { records({{{"x", one}, {"y", one}}}, fields); }, {"record 0", "'y'"});
  expect_error<ValueError>([] { records({}); }, {"no record"});
}

TEST(Records, PassThroughEveryView) {
  const Dataset data = mixed(12);
  EXPECT_EQ(data.skip(2).take(3).record(0)["text"].text(), "record 2");
  EXPECT_EQ(data.select({7, 1}).record(0)["tokens"].field.shape, Shape({8}));
  const Dataset shuffled = data.shuffle({.seed = 3});
  std::set<std::string> texts;
  for (std::int64_t i = 0; i < 12; ++i) texts.insert(std::string(shuffled.record(i)["text"].text()));
  EXPECT_EQ(texts.size(), 12u);
  const auto even = data.where_true([](const Record& r) { return r["boxes"].field.shape[0] % 2 == 0; });
  for (std::int64_t i = 0; i < even.size(); ++i) EXPECT_EQ(even.record(i)["boxes"].field.shape[0] % 2, 0);
  EXPECT_EQ(even.size(), 7);
}

TEST(Records, KeepAndRenameFields) {
  const Dataset data =
      mixed(4).fields({"label", "tokens"}).rename("tokens", "input").rename("label", "target");
  EXPECT_EQ(data.info().fields.to_string(), "target i64[], input i64[?]");
  EXPECT_EQ(data.get(2).input.as<std::int64_t>()[1], 201);
  EXPECT_EQ(data.get(2).target.as<std::int64_t>()[0], 2);
  expect_error<ValueError>([] { mixed(2).fields({"lable"}); }, {"lable", "label"});
  expect_error<ValueError>([] { mixed(2).rename("label", "text"); }, {"'text'", "already"});
  expect_error<ValueError>([] { mixed(2).get(0); }, {"input", "boxes, tokens, text, label"});
}

TEST(Records, MapMayAddRemoveAndResizeFields) {
  const Dataset data = mixed(6).map(
      [](Record record) {
        record.set("count", array<std::int64_t>(i64, {}, {record["boxes"].field.shape[0]}));
        record.set("tokens", tokens(2 * record["tokens"].field.shape[0], 0));
        record.erase("text");
        record.set("square", HostArray({f32, {label(record) + 1}}));
        return record;
      },
      {.fields = {{"square", {f32, {unknown}}}}});
  EXPECT_EQ(data.info().fields.to_string(),
            "boxes f32[?,4], tokens i64[?], label i64[], count i64[], square f32[?]");
  EXPECT_EQ(data.record(5)["tokens"].field.shape, Shape({12}));
  EXPECT_EQ(data.record(5)["square"].field.shape, Shape({3}));
  const Dataset uneven = mixed(3).map([](Record record) {
    if (label(record) == 1) record.set("label", HostArray({i64, {2}}));
    return record;
  });
  expect_error<ShapeError>([&] { uneven.record(1); }, {"record 1", "'label'", "i64[2]", "i64[]"});
  const Dataset less = mixed(3).map([](Record record) {
    if (label(record) == 2) record.erase("boxes");
    return record;
  });
  expect_error<ShapeError>([&] { less.record(2); }, {"'boxes'", "nothing"});
}

// As mosaic does: the boxes of four samples in one.
TEST(Records, CombineReadsOtherRecordsAnewInEachEpoch) {
  const auto four_in_one = [](std::span<const Record> from, std::uint64_t) {
    std::vector<float> values;
    for (const Record& record : from) {
      const auto boxes = record["boxes"].as<float>();
      values.insert(values.end(), boxes.begin(), boxes.end());
    }
    Record result;
    result.set("boxes", array<float>(f32, {static_cast<std::int64_t>(values.size()) / 4, 4}, values));
    return result;
  };
  const Dataset data = mixed(20).combine(four_in_one, {.others = 3, .seed = 5});
  EXPECT_EQ(data.info().fields.to_string(), "boxes f32[?,4]");
  const auto boxes = [&](std::int64_t epoch) {
    std::vector<std::int64_t> counts;
    auto batches = data.batch(5).epoch(epoch);
    while (auto batch = batches.next()) {
      for (const std::int64_t count : batch->values["boxes.length"].as<std::int64_t>())
        counts.push_back(count);
    }
    return counts;
  };
  EXPECT_EQ(boxes(1), boxes(1));
  EXPECT_NE(boxes(1), boxes(2));
  std::int64_t all = 0;
  for (const std::int64_t count : boxes(0)) all += count;
  EXPECT_GT(all, 4 * 20);  // 2 boxes in the mean, of four records
  expect_error<ValueError>([&] { mixed(3).combine(four_in_one, {.others = 0}); }, {"others is 0"});
}

TEST(Collate, PadsToTheLongestAndKeepsTheLengths) {
  auto batch = mixed(9).batch(9, {.collate = {{"tokens", Collate::pad({.value = -1, .multiple = 4})}}});
  const Batch first = batch.epoch(0).next()->to_tensors();
  EXPECT_EQ(first["tokens"].shape(), Shape({9, 12}));
  EXPECT_EQ(first["tokens.length"].to_vector<std::int64_t>(),
            (std::vector<std::int64_t>{1, 2, 3, 4, 5, 6, 7, 8, 9}));
  const auto values = first["tokens"].to_vector<std::int64_t>();
  for (std::int64_t r = 0; r < 9; ++r) {
    for (std::int64_t k = 0; k < 12; ++k)
      EXPECT_EQ(values[static_cast<std::size_t>(r * 12 + k)], k <= r ? 100 * r + k : -1);
  }
  EXPECT_EQ(first["boxes"].shape(), Shape({9, 8, 4}));  // a power of two, at least 8
  EXPECT_EQ(first["boxes"].to_vector<float>()[8 * 4 * 3 + 2 * 4 + 3], 3.5f);
  EXPECT_EQ(first["boxes"].to_vector<float>()[8 * 4 * 3 + 3 * 4], 0.0f);
  EXPECT_EQ(first.host_values("text")[4].text(), "record 4");
  EXPECT_EQ(first.tensors().names(),
            (std::vector<std::string>{"boxes", "boxes.length", "tokens", "tokens.length", "label"}));
  expect_error<ValueError>([&] { first["box"]; }, {"box", "boxes"});
  EXPECT_EQ(batch.fields().to_string(),
            "boxes f32[?,?,4], boxes.length i64[?], tokens i64[?,?], tokens.length i64[?], label i64[?]");
}

// Of several unknown axes each is padded, and each length is kept.
TEST(Collate, PadsImagesOfAllSizes) {
  std::vector<Record> list;
  for (const auto& [height, width] : {std::pair{2, 3}, {4, 1}, {1, 5}}) {
    HostArray image({u8, {2, height, width}});
    for (std::size_t i = 0; i < image.bytes.size(); ++i) image.bytes[i] = std::byte(10 * height + width);
    list.push_back({{"image", image}});
  }
  const auto batches =
      records(std::move(list)).batch(3, {.collate = {{"image", Collate::pad({.value = 7, .multiple = 1})}}});
  const Batch batch = batches.epoch(0).next()->to_tensors();
  ASSERT_EQ(batch["image"].shape(), Shape({3, 2, 4, 5}));
  EXPECT_EQ(batch["image.length"].to_vector<std::int64_t>(), (std::vector<std::int64_t>{2, 3, 4, 1, 1, 5}));
  const auto values = batch["image"].to_vector<std::uint8_t>();
  const std::int64_t heights[] = {2, 4, 1}, widths[] = {3, 1, 5};
  std::size_t i = 0;
  for (std::size_t r = 0; r < 3; ++r) {
    for (int c = 0; c < 2; ++c) {
      for (std::int64_t y = 0; y < 4; ++y) {
        for (std::int64_t x = 0; x < 5; ++x) {
          const bool inside = y < heights[r] && x < widths[r];
          EXPECT_EQ(values[i++], inside ? 10 * heights[r] + widths[r] : 7);
        }
      }
    }
  }
}

TEST(Collate, BucketsBoundTheShapes) {
  const auto with = [](std::vector<std::int64_t> buckets) {
    return mixed(40)
        .fields({"tokens"})
        .shuffle()
        .batch(3, {.collate = {{"tokens", Collate::pad({.buckets = std::move(buckets)})}}});
  };
  std::set<std::int64_t> widths;
  for (const Batch& batch : with({8, 20, 40})) widths.insert(batch["tokens"].extent(1));
  EXPECT_LE(widths.size(), 3u);
  for (const std::int64_t width : widths) EXPECT_TRUE(width == 8 || width == 20 || width == 40) << width;
  expect_error<ShapeError>(
      [&] {
        for (const Batch& batch : with({8, 20})) (void)batch;
      },
      {"records, record", "'tokens'", "largest bucket is 20"});
  expect_error<ValueError>([] { Collate::pad({.buckets = {8, 8}}); }, {"bucket 8 follows 8"});
  expect_error<ValueError>([] { Collate::pad({.multiple = -1}); }, {"multiple is -1"});
}

TEST(Collate, RefusesWhatCannotBe) {
  expect_error<ValueError>([] { Collate::pad({.multiple = INT64_MAX}); }, {"multiple is", "expected 0 to"});
  expect_error<ValueError>(
      [] {
        mixed(2).batch(2, {.collate = {{"token", Collate::pad()}}});
      },
      {"token", "tokens"});
  expect_error<ValueError>(
      [] {
        mixed(2).batch(2, {.collate = {{"tokens", Collate::stack()}}});
      },
      {"'tokens'", "i64[?]", "pad"});
}

TEST(Collate, FixedFieldsMayStayOnTheHost) {
  const auto batches = mixed(3).fields({"label"}).batch(3, {.collate = {{"label", Collate::host()}}});
  const Batch batch = batches.epoch(0).next()->to_tensors();
  EXPECT_TRUE(batch.tensors().names().empty());
  EXPECT_EQ(batch.host_values("label")[2].as<std::int64_t>()[0], 2);
}

TEST(Records, PrefetchChangesNothing) {
  const auto batches = mixed(60).shuffle({.seed = 8}).batch(7);
  const auto all = [](Epoch epoch) {
    std::vector<std::vector<std::int64_t>> found;
    while (auto batch = epoch.next()) {
      const auto values = batch->values["tokens"].as<std::int64_t>();
      found.emplace_back(values.begin(), values.end());
    }
    return found;
  };
  EXPECT_EQ(all(batches.epoch(2)), all(batches.prefetch({.workers = 3}).epoch(2)));
  const auto whole = all(batches.epoch(2));
  const auto rest = all(batches.epoch(2, 4));
  EXPECT_TRUE(std::equal(rest.begin(), rest.end(), whole.begin() + 4, whole.end()));
}

TEST(Records, AFieldThatASourceForgetsIsNamed) {
  class Forgetful final : public Source {
   public:
    Forgetful() { info_.fields = {{"a", {f32, {}}}, {"b", {f32, {}}}}; }
    std::int64_t size() const override { return 2; }
    const Info& info() const override { return info_; }
    void read(std::int64_t index, Row& row) const override {
      row.write_as<float>(0)[0] = 1;
      if (index == 0) row.write_as<float>(1)[0] = 2;
    }
    std::string where(std::int64_t) const override { return "forgetful"; }

   private:
    Info info_;
  };
  const Dataset data(std::make_shared<Forgetful>());
  expect_error<StateError>([&] { data.batch(2).epoch(0).next(); }, {"'b'"});
  EXPECT_EQ(data.fields({"a"}).batch(2).epoch(0).next()->values.size(), 1u);  // nobody reads b
}

TEST(Records, AValueThatDoesNotFitIsRefused) {
  const Schema fields = {{"x", {f32, {unknown, 2}}}};
  HostArray value;
  Row row(fields);
  row.into(0, value);
  expect_error<ShapeError>([&] { row.write(0); }, {"'x'", "f32[?,2]"});
  expect_error<ShapeError>([&] { row.write(0, Shape{3, 3}); }, {"f32[3,3]"});
  expect_error<ShapeError>([&] { row.write(0, HostArray({f64, {1, 2}})); }, {"f64[1,2]"});
  EXPECT_EQ(row.write_as<float>(0, {3, 2}).size(), 6u);
  EXPECT_EQ(value.field.shape, Shape({3, 2}));
}

TEST(Fingerprint, SeesRaggedRecords) {
  EXPECT_EQ(mixed(6).fingerprint(), mixed(6).fingerprint());
  EXPECT_NE(mixed(6).fingerprint(), mixed(7).fingerprint());
  EXPECT_NE(mixed(6).fingerprint(), mixed(6).fields({"tokens"}).fingerprint());
  EXPECT_NE(mixed(6).fields({"tokens"}).fingerprint(),
            mixed(6).fields({"tokens"}).rename("tokens", "ids").fingerprint());
}

}  // namespace
}  // namespace luge::data
