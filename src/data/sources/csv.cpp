// Tables as data sets. src/io/csv parses the cells; here columns become inputs and targets.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

#include "core/nearest.h"
#include "core/number.h"
#include "data/distinct.h"
#include "data/sources/arrays.h"
#include "data/sources/csv_targets.h"
#include "data/tables/cells.h"
#include "io/csv/columns.h"
#include "luge/data/sources.h"
#include "luge/data/table.h"
#include "luge/error.h"
#include "luge/io/csv.h"

namespace luge::data {
namespace {

using Header = CsvOptions::Header;

constexpr std::string_view kWeight = "weight";  // the field that losses read

io::CsvOptions reader_options(char separator, bool header) {
  io::CsvOptions reader;
  reader.header = header;
  reader.separator = separator;
  return reader;
}

// A column by its name or its number; `role` is what it is for.
std::size_t column_of(const io::CsvReader& rows, const std::string& wanted, const char* role) {
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
        fmt::format("{}: {} column {} does not exist; there are {}", rows.path(), role, number, count));
  }
  return static_cast<std::size_t>(index);
}

std::optional<std::size_t> weight_column(const io::CsvReader& rows, const std::string& wanted,
                                         std::size_t target) {
  if (wanted.empty()) return std::nullopt;
  const std::size_t column = column_of(rows, wanted, "weight");
  if (column == target)
    throw ValueError(fmt::format("{}: column '{}' is the target; it cannot hold the weights, too",
                                 rows.path(), rows.columns()[column]));
  if (rows.columns().size() < 3)
    throw ValueError(fmt::format("{}: has no columns besides the target and the weights", rows.path()));
  return column;
}

float weight_in(const io::CsvReader& rows, std::size_t column) {
  const double weight = rows.number(column);
  if (weight >= 0 && std::isfinite(static_cast<float>(weight))) return static_cast<float>(weight);
  throw FormatError(fmt::format("{}:{}: weight {} in column '{}'; expected a number, 0 or more", rows.path(),
                                rows.line(), weight, rows.columns()[column]));
}

void add_weights(Arrays& arrays, const std::string& path, const std::string& column,
                 const std::vector<float>& weights) {
  if (std::all_of(weights.begin(), weights.end(), [](float each) { return each == 0; }))
    throw FormatError(fmt::format("{}: the weights in column '{}' are all 0", path, column));
  const auto bytes = std::as_bytes(std::span(weights));
  arrays.add(kWeight, {f32, {}}, {bytes.begin(), bytes.end()});
}

void check_columns(const io::CsvReader& rows) {
  if (rows.columns().size() > 1) return;
  throw FormatError(fmt::format(
      "{}: has one column, '{}'; expected one that is predicted and at least one to predict it from (between "
      "cells: a comma, tab, semicolon or |; separator= names another)",
      rows.path(), rows.columns()[0].substr(0, 60)));
}

// Records with the cells of each row besides the fields of `rows`.
class CellsSource final : public Source {
 public:
  CellsSource(std::shared_ptr<const Source> rows, std::vector<std::string> cells)
      : rows_(std::move(rows)), info_(rows_->info()), cells_(std::move(cells)) {
    for (std::size_t k = 0; k < info_.fields.size(); ++k) above_.push_back(static_cast<int>(k));
    info_.fields.set(kCells, Field::utf8());
    info_.preprocessing.reset();
  }
  std::int64_t size() const override { return rows_->size(); }
  const Info& info() const override { return info_; }
  void read(std::int64_t index, Row& row) const override {
    Row below(rows_->info().fields, row, above_);
    rows_->read(index, below);
    if (row.wants(above_.size()))
      row.write(above_.size(), HostArray::of_text(cells_[static_cast<std::size_t>(index)]));
  }
  std::string where(std::int64_t index) const override { return rows_->where(index); }

 private:
  std::shared_ptr<const Source> rows_;
  Info info_;
  std::vector<std::string> cells_;
  std::vector<int> above_;
};

// The input columns without those that are left out.
void leave_out(const io::CsvReader& rows, const std::vector<std::string>& names,
               std::vector<std::size_t>& columns) {
  for (const std::string& name : names) {
    const std::vector<std::string>& all = rows.columns();
    if (std::find(all.begin(), all.end(), name) == all.end())
      throw ValueError(fmt::format("{}: there is no column '{}' to leave out{}", rows.path(), name,
                                   suggestion(name, all)));
    std::erase_if(columns, [&](std::size_t c) { return all[c] == name; });
  }
  if (columns.empty()) throw ValueError(fmt::format("{}: all columns are left out", rows.path()));
}

// As numbers, NaN where a cell is not one, and as text.
void take_cells(const io::CsvReader& rows, const std::vector<std::size_t>& columns,
                std::vector<float>& inputs, std::vector<std::string>& cells) {
  std::string row;
  for (const std::size_t c : columns) {
    const std::string_view cell = trimmed(rows.field(c));
    inputs.push_back(
        static_cast<float>(parse_number(cell).value_or(std::numeric_limits<double>::quiet_NaN())));
    if (c != columns.front()) row += '\0';
    row += cell;
  }
  cells.push_back(std::move(row));
}

bool has_gap(const io::CsvReader& rows, const std::vector<std::size_t>& columns, std::size_t target) {
  return is_missing(trimmed(rows.field(target))) ||
         std::any_of(columns.begin(), columns.end(),
                     [&](std::size_t c) { return is_missing(trimmed(rows.field(c))); });
}

// How the file is written.
std::pair<char, bool> format_of(const std::string& path, const CsvOptions& options) {
  const char separator = options.separator != 0 ? options.separator : io::guess_separator(path);
  const bool header = options.header == Header::automatic ? io::looks_like_header(path, separator)
                                                          : options.header == Header::yes;
  return {separator, header};
}

// `typed`: inputs are cells, else numbers.
Dataset read_table(const std::filesystem::path& file, const CsvOptions& options, const CellOptions* typed) {
  const std::string path = file.string();
  check_distinct("csv", "features", options.features);
  check_distinct("csv", "classes", options.classes);
  const auto [separator, header] = format_of(path, options);
  io::CsvReader rows(path, reader_options(separator, header));
  check_columns(rows);
  const std::size_t target = column_of(rows, options.target, "target");
  const std::optional<std::size_t> weight = weight_column(rows, options.weights, target);
  std::vector<std::size_t> others = {target};
  if (weight) others.push_back(*weight);
  Arrays arrays;
  arrays.info.name = file.stem().string();
  arrays.info.target_name = rows.columns()[target];
  std::vector<std::size_t> columns;
  if (options.features.empty()) {
    for (std::size_t c = 0; c < rows.columns().size(); ++c) {
      if (c != target && c != weight) columns.push_back(c);
    }
    if (typed) leave_out(rows, typed->leave_out, columns);
    for (const std::size_t c : columns) arrays.info.features.push_back(rows.columns()[c]);
  } else {
    columns = io::matching_columns(rows, options.features, header, others);
    if (std::find(columns.begin(), columns.end(), target) != columns.end()) {
      throw ValueError(fmt::format("{}: column '{}' is the target and one of the features", path,
                                   arrays.info.target_name));
    }
    if (weight && std::find(columns.begin(), columns.end(), *weight) != columns.end()) {
      throw ValueError(fmt::format("{}: column '{}' holds the weights and is one of the features", path,
                                   rows.columns()[*weight]));
    }
    arrays.info.features = options.features;
  }
  std::vector<float> inputs, weights;
  std::vector<std::string> cells;
  Targets targets{path, arrays.info.target_name, {}, {}};
  std::int64_t dropped = 0, first_dropped = 0;
  while (rows.next()) {
    if (typed && typed->drop_rows && has_gap(rows, columns, target)) {
      if (dropped++ == 0) first_dropped = rows.line();
      continue;
    }
    if (typed) {
      take_cells(rows, columns, inputs, cells);
    } else {
      for (const std::size_t c : columns) inputs.push_back(static_cast<float>(rows.number(c)));
    }
    if (weight) weights.push_back(weight_in(rows, *weight));
    targets.cells.emplace_back(trimmed(rows.field(target)));
    if (targets.cells.back().empty()) {
      throw FormatError(
          fmt::format("{}:{}: the target column '{}' is empty", path, rows.line(), arrays.info.target_name));
    }
    targets.lines.push_back(rows.line());
  }
  if (targets.cells.empty())
    throw FormatError(fmt::format("{}: has no rows, only a header{}", path,
                                  typed && typed->drop_rows ? ", or all rows miss a cell" : ""));
  if (dropped > 0 && typed->tell)
    typed->tell(fmt::format("{} of {} rows miss a cell and are left out, the first in line {}", dropped,
                            dropped + std::ssize(targets.cells), first_dropped));
  arrays.count = static_cast<std::int64_t>(targets.cells.size());
  const auto bytes = std::as_bytes(std::span(inputs));
  arrays.add(kInput, {f32, {static_cast<std::int64_t>(columns.size())}}, {bytes.begin(), bytes.end()});
  set_targets(arrays, targets, options);
  if (weight) add_weights(arrays, path, rows.columns()[*weight], weights);
  arrays.where = [path, lines = std::move(targets.lines)](std::int64_t row) {
    return fmt::format("{}:{}", path, lines[static_cast<std::size_t>(row)]);
  };
  std::shared_ptr<const Source> source = array_source(std::move(arrays));
  if (typed) source = std::make_shared<CellsSource>(std::move(source), std::move(cells));
  return Dataset(std::move(source));
}

}  // namespace

Dataset csv(const std::filesystem::path& file, const CsvOptions& options) {
  return read_table(file, options, nullptr);
}

Dataset typed_csv(const std::filesystem::path& file, const CsvOptions& options, const CellOptions& cells) {
  return read_table(file, options, &cells);
}

bool holds_words(const std::filesystem::path& file, const CsvOptions& options) {
  const std::string path = file.string();
  const auto [separator, header] = format_of(path, options);
  io::CsvReader rows(path, reader_options(separator, header));
  check_columns(rows);
  const std::size_t target = column_of(rows, options.target, "target");
  const std::optional<std::size_t> weight = weight_column(rows, options.weights, target);
  std::vector<bool> numbers(rows.columns().size()), words(rows.columns().size());
  while (rows.next()) {
    for (std::size_t c = 0; c < numbers.size(); ++c) {
      const std::string_view cell = trimmed(rows.field(c));
      if (is_missing(cell)) continue;  // alone it says nothing
      (parse_number(cell) || is_spoiled_number(cell) ? numbers : words)[c] = true;
    }
  }
  for (std::size_t c = 0; c < numbers.size(); ++c) {
    if (c != target && c != weight && words[c] && !numbers[c]) return true;
  }
  return false;
}

}  // namespace luge::data
