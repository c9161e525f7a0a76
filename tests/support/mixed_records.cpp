#include "support/mixed_records.h"

#include <string>

#include "luge/data/sources.h"

namespace luge::testing {

using namespace data;

HostArray tokens(std::int64_t count, std::int64_t first) {
  HostArray result({i64, {count}});
  for (std::int64_t i = 0; i < count; ++i) result.as<std::int64_t>()[static_cast<std::size_t>(i)] = first + i;
  return result;
}

Dataset mixed(std::int64_t count) {
  std::vector<Record> list;
  for (std::int64_t i = 0; i < count; ++i) {
    HostArray boxes({f32, {i % 5, 4}});
    for (float& value : boxes.as<float>()) value = static_cast<float>(i) + 0.5f;
    list.push_back({{"boxes", boxes},
                    {"tokens", tokens(i + 1, 100 * i)},
                    {"text", HostArray::of_text("record " + std::to_string(i))},
                    {"label", array<std::int64_t>(i64, {}, {i % 3})}});
  }
  return records(std::move(list), {{"boxes", {f32, {unknown, 4}}},
                                   {"tokens", {i64, {unknown}}},
                                   {"text", Field::utf8()},
                                   {"label", {i64, {}}}});
}

std::int64_t label(const Record& record) { return record["label"].as<std::int64_t>()[0]; }

std::vector<std::int64_t> first_tokens(const Dataset& data) {
  std::vector<std::int64_t> found;
  for (std::int64_t i = 0; i < data.size(); ++i)
    found.push_back(data.record(i)["tokens"].as<std::int64_t>()[0] / 100);
  return found;
}

}  // namespace luge::testing
