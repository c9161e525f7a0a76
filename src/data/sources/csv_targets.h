// The target column of a table: classes or values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/sources/arrays.h"
#include "luge/data/sources.h"

namespace luge::data {

struct Targets {
  std::string path;
  std::string column;
  std::vector<std::string> cells;
  std::vector<std::int64_t> lines;
};

/// Fills targets, target type and classes. Throws FormatError naming file and line.
void set_targets(Arrays& arrays, const Targets& targets, const CsvOptions& options);

}  // namespace luge::data
