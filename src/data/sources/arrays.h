// Samples in memory, one after the other.
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
  std::vector<std::byte> inputs;   // count × info.input.bytes()
  std::vector<std::byte> targets;  // count × info.target->bytes()
  std::function<std::string(std::int64_t)> where;
};
std::shared_ptr<const Source> array_source(Arrays arrays);

}  // namespace luge::data
