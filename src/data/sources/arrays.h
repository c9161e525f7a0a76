// Records of fields of fixed shape that lie in memory, one after the other.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "luge/data/source.h"

namespace luge::data {

struct Arrays {
  Info info;
  std::int64_t count = 0;
  std::vector<std::vector<std::byte>> columns = {};  // of each field: count values
  std::function<std::string(std::int64_t)> where;

  /// Adds a field and its values.
  void add(std::string_view name, const Field& field, std::vector<std::byte> values) {
    info.fields.set(name, field);
    columns.push_back(std::move(values));
  }
};
std::shared_ptr<const Source> array_source(Arrays arrays);

}  // namespace luge::data
