// Tables as data sets. What cells may hold is io's business; here columns become inputs and targets.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>

#include "core/number.h"
#include "data/sources/arrays.h"
#include "luge/data/sources.h"
#include "luge/error.h"
#include "luge/io/csv.h"

namespace luge::data {
namespace {

using Header = CsvOptions::Header;
using Target = CsvOptions::Target;

bool is_number(std::string_view cell) { return parse_number(cell).has_value(); }

io::CsvOptions reader_options(const CsvOptions& options, bool header) {
  io::CsvOptions reader;
  reader.header = header;
  reader.separator = options.separator;
  return reader;
}

// A header is a first row with a word above a number.
bool has_header(const std::string& file, const CsvOptions& options) {
  if (options.header != Header::automatic) return options.header == Header::yes;
  io::CsvReader rows(file, reader_options(options, false));
  if (!rows.next()) return false;
  std::vector<bool> numbers;
  for (std::size_t c = 0; c < rows.columns().size(); ++c) numbers.push_back(is_number(rows.field(c)));
  if (!rows.next()) return false;
  for (std::size_t c = 0; c < numbers.size(); ++c) {
    if (!numbers[c] && is_number(rows.field(c))) return true;
  }
  return false;
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
  const std::int64_t place = number < 0 ? number + count : number;
  if (place < 0 || place >= count) {
    throw ValueError(
        fmt::format("{}: target column {} does not exist; there are {}", rows.path(), number, count));
  }
  return static_cast<std::size_t>(place);
}

struct Targets {
  std::vector<std::string> cells;
  std::vector<std::int64_t> lines;
};

[[noreturn]] void bad_label(const io::CsvReader& rows, const Targets& targets, std::size_t i,
                            std::string_view column) {
  throw FormatError(
      fmt::format("{}:{}: label '{}' in column '{}'; expected a whole number from 0, or a name in every row",
                  rows.path(), targets.lines[i], targets.cells[i], column));
}

std::vector<std::byte> bytes_of(const auto& values) {
  const auto view = std::as_bytes(std::span(values));
  return {view.begin(), view.end()};
}

// Names become places in their sorted list; whole numbers stay what they are.
void set_classes(Arrays& arrays, const io::CsvReader& rows, const Targets& targets, bool numbers) {
  std::vector<std::int64_t> labels;
  if (numbers) {
    constexpr double kMostClasses = 1 << 20;
    double largest = 0;
    for (std::size_t i = 0; i < targets.cells.size(); ++i) {
      const double value = parse_number(targets.cells[i]).value();
      if (value < 0 || value != std::floor(value) || value >= kMostClasses)
        bad_label(rows, targets, i, arrays.info.target_name);
      labels.push_back(static_cast<std::int64_t>(value));
      largest = std::max(largest, value);
    }
    for (int k = 0; k <= static_cast<int>(largest); ++k) arrays.info.classes.push_back(std::to_string(k));
  } else {
    std::map<std::string, std::int64_t> places;
    for (const std::string& cell : targets.cells) places.emplace(cell, 0);
    for (auto& [name, place] : places) {
      place = static_cast<std::int64_t>(arrays.info.classes.size());
      arrays.info.classes.push_back(name);
    }
    for (const std::string& cell : targets.cells) labels.push_back(places.at(cell));
  }
  arrays.info.target = Field{i64, {}};
  arrays.targets = bytes_of(labels);
}

bool looks_like_classes(const Targets& targets) {
  std::vector<bool> seen;
  for (const std::string& cell : targets.cells) {
    const double value = parse_number(cell).value();
    if (value < 0 || value >= 1000 || value != std::floor(value)) return false;
    seen.resize(std::max(seen.size(), static_cast<std::size_t>(value) + 1));
    seen[static_cast<std::size_t>(value)] = true;
  }
  return std::find(seen.begin(), seen.end(), false) == seen.end();
}

void set_targets(Arrays& arrays, const io::CsvReader& rows, const Targets& targets,
                 const CsvOptions& options) {
  const auto word = std::find_if_not(targets.cells.begin(), targets.cells.end(), is_number);
  const bool numbers = word == targets.cells.end();
  if (options.kind == Target::values && !numbers) {
    throw FormatError(fmt::format("{}:{}: target '{}' in column '{}' is no number", rows.path(),
                                  targets.lines[static_cast<std::size_t>(word - targets.cells.begin())],
                                  *word, arrays.info.target_name));
  }
  if (options.kind == Target::classes || !numbers ||
      (options.kind == Target::automatic && looks_like_classes(targets))) {
    return set_classes(arrays, rows, targets, numbers);
  }
  std::vector<float> values;
  for (const std::string& cell : targets.cells)
    values.push_back(static_cast<float>(parse_number(cell).value()));
  arrays.info.target = Field{f32, {1}};
  arrays.targets = bytes_of(values);
}

}  // namespace

Dataset csv(const std::filesystem::path& file, const CsvOptions& options) {
  const std::string path = file.string();
  io::CsvReader rows(path, reader_options(options, has_header(path, options)));
  const std::size_t target = target_column(rows, options.target);
  Arrays arrays;
  arrays.info.name = file.stem().string();
  arrays.info.target_name = rows.columns()[target];
  for (std::size_t c = 0; c < rows.columns().size(); ++c) {
    if (c != target) arrays.info.features.push_back(rows.columns()[c]);
  }
  std::vector<float> inputs;
  Targets targets;
  while (rows.next()) {
    for (std::size_t c = 0; c < rows.columns().size(); ++c) {
      if (c != target) inputs.push_back(static_cast<float>(rows.number(c)));
    }
    targets.cells.emplace_back(rows.field(target));
    if (targets.cells.back().empty()) {
      throw FormatError(
          fmt::format("{}:{}: the target column '{}' is empty", path, rows.line(), arrays.info.target_name));
    }
    targets.lines.push_back(rows.line());
  }
  arrays.info.input = {f32, {static_cast<std::int64_t>(rows.columns().size()) - 1}};
  arrays.count = static_cast<std::int64_t>(targets.cells.size());
  arrays.inputs = bytes_of(inputs);
  set_targets(arrays, rows, targets, options);
  arrays.where = [path, lines = std::move(targets.lines)](std::int64_t row) {
    return fmt::format("{}:{}", path, lines[static_cast<std::size_t>(row)]);
  };
  return Dataset(array_source(std::move(arrays)));
}

}  // namespace luge::data
