// An epoch that is begun at a later batch goes on exactly where the other one was, through every view that
// draws anew in each epoch.
#include <gtest/gtest.h>

#include "luge/data/batches.h"
#include "luge/data/sources.h"

namespace luge::data {
namespace {

// Record i: i % 7 + 1 tokens, which begin with 100·i, and the number i.
Dataset sentences(std::int64_t count) {
  std::vector<Record> list;
  for (std::int64_t i = 0; i < count; ++i) {
    HostArray tokens({i64, {i % 7 + 1}}), number({i64, {}});
    for (std::size_t k = 0; k < tokens.as<std::int64_t>().size(); ++k)
      tokens.as<std::int64_t>()[k] = 100 * i + static_cast<std::int64_t>(k);
    number.as<std::int64_t>()[0] = i;
    list.push_back({{"tokens", tokens}, {"number", number}});
  }
  return records(std::move(list));
}

Record joined(std::span<const Record> from, std::uint64_t key) {
  const auto a = from[0]["tokens"].as<std::int64_t>(), b = from[1]["tokens"].as<std::int64_t>();
  HostArray tokens({i64, {static_cast<std::int64_t>(a.size() + b.size())}}), number = from[0]["number"];
  std::copy(a.begin(), a.end(), tokens.as<std::int64_t>().begin());
  std::copy(b.begin(), b.end(), tokens.as<std::int64_t>().begin() + static_cast<std::ptrdiff_t>(a.size()));
  number.as<std::int64_t>()[0] += static_cast<std::int64_t>(key % 1000) * 1000;
  return {{"tokens", tokens}, {"number", number}};
}

Record numbered(Record record, std::uint64_t key) {
  record["number"].as<std::int64_t>()[0] ^= static_cast<std::int64_t>(key >> 8);
  return record;
}

using Bytes = std::vector<std::vector<std::byte>>;

Bytes rest_of(Epoch epoch) {
  Bytes found;
  while (auto batch = epoch.next()) {
    for (const auto& [name, value] : batch->values) found.push_back(value.bytes);
  }
  return found;
}

TEST(ResumePosition, GoesOnThroughEveryViewThatDrawsAnew) {
  const Dataset data = sentences(60);
  const std::pair<const char*, Dataset> all[] = {
      {"shuffle", data.shuffle({.seed = 3})},
      {"draw", data.draw(50, {.seed = 3})},
      {"similar", data.similar("tokens", 7, 30, 3)},
      {"combine", data.combine(joined, {.others = 1, .seed = 3, .fields = {{"tokens", {i64, {unknown}}}}})},
      {"augment", data.augment(numbered, 3)},
      {"all", data.shuffle({.seed = 1})
                  .combine(joined, {.others = 1, .seed = 2, .fields = {{"tokens", {i64, {unknown}}}}})
                  .augment(numbered, 4)
                  .draw(55, {.seed = 5})
                  .similar("tokens", 7, 28, 6)}};
  for (const auto& [name, view] : all) {
    for (const int workers : {0, 2}) {
      const Batches batches = view.batch(7).prefetch({.workers = workers});
      const Bytes whole = rest_of(batches.epoch(2));
      EXPECT_NE(whole, rest_of(batches.epoch(3))) << name;
      const auto each = static_cast<std::ptrdiff_t>(3);  // tokens, tokens.length, number
      for (std::int64_t first = 0; first <= batches.size(); ++first)
        EXPECT_EQ(rest_of(batches.epoch(2, first)), Bytes(whole.begin() + each * first, whole.end()))
            << name << ", " << first;
    }
  }
}

}  // namespace
}  // namespace luge::data
