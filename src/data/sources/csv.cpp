// Tables as data sets. src/io/csv parses the cells; here columns become inputs and targets.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/number.h"
#include "data/distinct.h"
#include "data/sources/arrays.h"
#include "data/sources/csv_targets.h"
#include "io/csv/columns.h"
#include "luge/data/sources.h"
#include "luge/error.h"
#include "luge/io/csv.h"

namespace luge::data {
namespace {

using Header = CsvOptions::Header;

io::CsvOptions reader_options(char separator, bool header) {
  io::CsvOptions reader;
  reader.header = header;
  reader.separator = separator;
  return reader;
}

std::size_t target_column(const io::CsvReader& rows, const std::string& wanted) {
  const auto& columns = rows.columns();
  const auto named = std::find(columns.begin(), columns.end(), wanted);
  if (named != columns.end()) return static_cast<std::size_t>(named - columns.begin());
  std::int64_t number = 0;
  const auto count = static_cast<std::int64_t>(columns.size());
  const auto [end, error] = std::from_chars(wanted.data(), wanted.data() + wanted.size(), number);
  if (error != std::errc() || end != wanted.data() + wanted.size())
    return rows.column(wanted);  // throws, with the nearest
  const std::int64_t index = number < 0 ? number + count : number;
  if (index < 0 || index >= count) {
    throw ValueError(
        fmt::format("{}: target column {} does not exist; there are {}", rows.path(), number, count));
  }
  return static_cast<std::size_t>(index);
}

void check_columns(const io::CsvReader& rows) {
  if (rows.columns().size() > 1) return;
  throw FormatError(fmt::format(
      "{}: has one column, '{}'; expected one that is predicted and at least one to predict it from (between "
      "cells: a comma, tab, semicolon or |; separator= names another)",
      rows.path(), rows.columns()[0].substr(0, 60)));
}

}  // namespace

Dataset csv(const std::filesystem::path& file, const CsvOptions& options) {
  const std::string path = file.string();
  check_distinct("csv", "features", options.features);
  check_distinct("csv", "classes", options.classes);
  const char separator = options.separator != 0 ? options.separator : io::guess_separator(path);
  const bool header = options.header == Header::automatic ? io::looks_like_header(path, separator)
                                                          : options.header == Header::yes;
  io::CsvReader rows(path, reader_options(separator, header));
  check_columns(rows);
  const std::size_t target = target_column(rows, options.target);
  Arrays arrays;
  arrays.info.name = file.stem().string();
  arrays.info.target_name = rows.columns()[target];
  std::vector<std::size_t> columns;
  if (options.features.empty()) {
    for (std::size_t c = 0; c < rows.columns().size(); ++c) {
      if (c != target) columns.push_back(c);
    }
    for (const std::size_t c : columns) arrays.info.features.push_back(rows.columns()[c]);
  } else {
    columns = io::matching_columns(rows, options.features, header, target);
    if (std::find(columns.begin(), columns.end(), target) != columns.end()) {
      throw ValueError(fmt::format("{}: column '{}' is the target and one of the features", path,
                                   arrays.info.target_name));
    }
    arrays.info.features = options.features;
  }
  std::vector<float> inputs;
  Targets targets{path, arrays.info.target_name, {}, {}};
  while (rows.next()) {
    for (const std::size_t c : columns) inputs.push_back(static_cast<float>(rows.number(c)));
    targets.cells.emplace_back(trimmed(rows.field(target)));
    if (targets.cells.back().empty()) {
      throw FormatError(
          fmt::format("{}:{}: the target column '{}' is empty", path, rows.line(), arrays.info.target_name));
    }
    targets.lines.push_back(rows.line());
  }
  if (targets.cells.empty()) throw FormatError(fmt::format("{}: has no rows, only a header", path));
  arrays.count = static_cast<std::int64_t>(targets.cells.size());
  const auto bytes = std::as_bytes(std::span(inputs));
  arrays.add(kInput, {f32, {static_cast<std::int64_t>(columns.size())}}, {bytes.begin(), bytes.end()});
  set_targets(arrays, targets, options);
  arrays.where = [path, lines = std::move(targets.lines)](std::int64_t row) {
    return fmt::format("{}:{}", path, lines[static_cast<std::size_t>(row)]);
  };
  return Dataset(array_source(std::move(arrays)));
}

}  // namespace luge::data
