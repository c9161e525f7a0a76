#include "data/tables/column.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numbers>
#include <numeric>

#include "core/nearest.h"
#include "core/number.h"
#include "data/tables/cells.h"
#include "luge/error.h"

namespace luge::data {
namespace {

constexpr double kDay = 86400;
constexpr std::size_t kShown = 40;

bool fills(Missing missing) { return missing != Missing::refuse && missing != Missing::drop; }

std::string_view name_of(CellType type) {
  for (const auto& [each, name] : options::Names<CellType>::all) {
    if (each == type) return name;
  }
  return "";
}

// Sine and cosine for the time of the day, the day of the week and the day of the year.
void write_cycles(double seconds, std::span<float> to) {
  const double days = std::floor(seconds / kDay);
  const std::chrono::sys_days day{std::chrono::days(static_cast<std::int64_t>(days))};
  const std::chrono::year_month_day date(day);
  const std::chrono::sys_days year_begins{date.year() / std::chrono::January / 1};
  const double of_year = static_cast<double>((day - year_begins).count());
  const double length = date.year().is_leap() ? 366 : 365;
  const double weekday = std::chrono::weekday(day).iso_encoding() - 1;
  const double parts[] = {(seconds - days * kDay) / kDay, weekday / 7, of_year / length};
  for (std::size_t k = 0; k < 3; ++k) {
    to[2 * k] = static_cast<float>(std::sin(2 * std::numbers::pi * parts[k]));
    to[2 * k + 1] = static_cast<float>(std::cos(2 * std::numbers::pi * parts[k]));
  }
}

double median_of(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

// The value that is most often there, the smallest of them when there are several.
double most_common_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  double best = values.front();
  std::size_t most = 0;
  for (std::size_t i = 0; i < values.size();) {
    const std::size_t end =
        static_cast<std::size_t>(std::upper_bound(values.begin(), values.end(), values[i]) - values.begin());
    if (end - i > most) most = end - i, best = values[i];
    i = end;
  }
  return best;
}

double filled(const std::vector<double>& values, const ColumnRules& rules, const std::string& column) {
  switch (rules.missing) {
    case Missing::refuse:
    case Missing::drop: return 0;
    case Missing::value: {
      const auto value = parse_number(rules.missing_value);
      if (!value)
        throw ValueError(
            fmt::format("table: the missing cells of column '{}' are to be '{}'; expected a number", column,
                        rules.missing_value));
      return *value;
    }
    case Missing::median: return median_of(values);
    case Missing::most_common: return most_common_of(values);
    case Missing::mean: break;
  }
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

}  // namespace

std::size_t Column::width(const ColumnRules& rules) const {
  std::size_t width = 1;
  if (type == CellType::category && rules.categories == Categories::one_hot) width = categories.size();
  if (type == CellType::date)
    width = rules.dates == Dates::seconds ? 1 : rules.dates == Dates::cyclic ? 6 : 7;
  return width + (rules.indicator && gaps && fills(rules.missing) ? 1 : 0);
}

std::vector<std::string> Column::features(const ColumnRules& rules) const {
  std::vector<std::string> names;
  if (type == CellType::category && rules.categories == Categories::one_hot) {
    for (const std::string& category : categories) names.push_back(fmt::format("{}={}", name, category));
  } else if (type == CellType::date && rules.dates != Dates::seconds) {
    if (rules.dates == Dates::both) names.push_back(name);
    for (const char* part : {"time", "weekday", "day of year"}) {
      names.push_back(fmt::format("{} {} sin", name, part));
      names.push_back(fmt::format("{} {} cos", name, part));
    }
  } else {
    names.push_back(name);
  }
  if (names.size() < width(rules)) names.push_back(name + " missing");
  return names;
}

void Column::write(std::string_view cell, const ColumnRules& rules, const std::string& where,
                   std::span<float> to) const {
  const bool missing = is_missing(cell);
  if (missing && !fills(rules.missing)) {
    throw FormatError(
        fmt::format("{}: the cell of column '{}' is missing; {}", where, name,
                    rules.missing == Missing::drop
                        ? "rows with missing cells were left out of the training"
                        : "missing=median fills such cells, missing=drop leaves out their rows"));
  }
  const auto fail = [&](std::string_view expected) {
    throw FormatError(fmt::format("{}: column '{}' holds '{}'; expected {}, as in the training data", where,
                                  name, cell.substr(0, kShown), expected));
  };
  std::fill(to.begin(), to.end(), 0.0f);
  switch (type) {
    case CellType::number: {
      const auto value = missing ? std::optional(fill) : parse_number(cell);
      if (!value) fail("a number");
      to[0] = static_cast<float>(*value);
      break;
    }
    case CellType::boolean: {
      const auto value = missing ? std::optional(fill != 0) : truth_in(cell);
      if (!value) fail("true or false");
      to[0] = missing ? static_cast<float>(fill) : *value;
      break;
    }
    case CellType::date: {
      const auto seconds = missing ? std::optional(fill) : date_in(cell, rules.date_format);
      if (!seconds) fail("a date");
      if (rules.dates != Dates::cyclic) to[0] = static_cast<float>(*seconds - earliest);
      if (rules.dates != Dates::seconds) write_cycles(*seconds, to.subspan(rules.dates == Dates::both, 6));
      break;
    }
    default: {
      const std::string_view word = missing ? std::string_view(fill_word) : cell;
      const auto found = std::lower_bound(categories.begin(), categories.end(), word);
      if (found == categories.end() || *found != word) {
        if (rules.unknown_is_error) {
          throw FormatError(
              fmt::format("{}: column '{}' holds '{}', which the training data does not have (in a training, "
                          "unknown=ignore takes such words as zeros, and types={}:skip leaves the column "
                          "out){}",
                          where, name, word.substr(0, kShown), name,
                          suggestion(std::string(word.substr(0, kShown)), categories)));
        }
        break;
      }
      const auto at = static_cast<std::size_t>(found - categories.begin());
      rules.categories == Categories::one_hot ? to[at] = 1 : to[0] = static_cast<float>(at + 1);
    }
  }
  if (missing && rules.indicator && gaps) to.back() = 1;
}

std::string Column::describe(const ColumnRules& rules) const {
  std::string text = fmt::format("{}: {}", name, name_of(type));
  if (type == CellType::category) text += fmt::format(" of {}", categories.size());
  if (!gaps || !fills(rules.missing)) return text;
  if (type == CellType::category) return text + fmt::format(", missing cells are '{}'", fill_word);
  return text + ", missing cells are " + (type == CellType::date ? date_text(fill) : fmt::format("{}", fill));
}

void ColumnFitter::add(std::string_view cell, const ColumnRules& rules, const std::string& where) {
  ++cells_;
  if (is_missing(cell)) {
    ++gaps_;
    if (!fills(rules.missing) && type_ != CellType::skip)
      Column{.name = name_, .type = CellType::number}.write(cell, rules, where, {});
    return;
  }
  const auto number = parse_number(cell);
  const auto date = date_in(cell, rules.date_format);
  const auto truth = truth_in(cell);
  numbers_ += number.has_value(), dates_ += date.has_value(), truths_ += truth.has_value();
  if (number || truth) numeric_.push_back(number ? *number : static_cast<double>(*truth));
  if (date) moments_.push_back(*date);
  if (number && first_number_.empty()) first_number_ = where;
  if (is_spoiled_number(cell) && first_spoiled_.empty())
    first_spoiled_ = fmt::format("{}: column '{}': '{}' {}; expected a number", where, name_,
                                 cell.substr(0, kShown), why_not_a_number(cell));
  if (!number && first_word_.empty())
    first_word_ = fmt::format("{}: column '{}' holds '{}'", where, name_, cell.substr(0, kShown));
  const auto found = words_.find(cell);
  found == words_.end() ? words_.emplace(cell, 1).first->second : ++found->second;
}

CellType ColumnFitter::found_type() const {
  const std::int64_t there = cells_ - gaps_;
  if (there == 0)
    throw ValueError(
        fmt::format("table: all cells of column '{}' are missing in the training data; "
                    "types={}:skip leaves the column out",
                    name_, name_));
  const auto expect = [&](std::int64_t count, const char* what) {
    if (count == there) return;
    if (type_ == CellType::number && !first_word_.empty())
      throw FormatError(fmt::format("{}; expected a number", first_word_));
    throw FormatError(
        fmt::format("table: column '{}' has {} cells, {} of them {}; its type says that all are", name_,
                    there, count, what));
  };
  switch (type_) {
    case CellType::number: expect(numbers_, "numbers"); return type_;
    case CellType::date: expect(dates_, "dates"); return type_;
    case CellType::boolean: expect(truths_, "true or false"); return type_;
    case CellType::automatic: break;
    default: return type_;
  }
  if (numbers_ == there) return CellType::number;
  if (dates_ == there) return CellType::date;
  if (truths_ == there) return CellType::boolean;
  if (!first_spoiled_.empty()) throw FormatError(first_spoiled_);
  if (numbers_ > 0) {
    throw FormatError(
        fmt::format("{}, other cells of it are numbers ({}); types={}:category makes a category "
                    "of each",
                    first_word_, first_number_, name_));
  }
  // Names: many words of which most come once, or a few in a small table in which nearly all do.
  constexpr std::size_t kMany = 20, kFew = 5;
  const auto rows = static_cast<std::size_t>(there);
  if ((words_.size() > kMany && 2 * words_.size() > rows) ||
      (words_.size() > kFew && 4 * words_.size() > 3 * rows)) {
    throw FormatError(fmt::format(
        "{}: {} different words in {} rows are hardly categories; types={}:skip leaves the column out, "
        "types={}:category takes them all, and date_format= reads dates such as 31/12/2024",
        first_word_, words_.size(), there, name_, name_));
  }
  return CellType::category;
}

Column ColumnFitter::fitted(const ColumnRules& rules) const {
  Column column{.name = name_, .type = found_type(), .gaps = gaps_ > 0};
  if (column.type == CellType::category) {
    std::int64_t most = 0;
    for (const auto& [word, count] : words_) {
      column.categories.push_back(word);
      if (count > most) most = count, column.fill_word = word;
    }
    if (rules.missing != Missing::value) return column;
    column.fill_word = rules.missing_value;
    const auto at = std::lower_bound(column.categories.begin(), column.categories.end(), column.fill_word);
    if (at == column.categories.end() || *at != column.fill_word)
      column.categories.insert(at, column.fill_word);
  } else if (column.type == CellType::date) {
    column.earliest = *std::min_element(moments_.begin(), moments_.end());
    if (rules.missing == Missing::value) {
      const auto date = date_in(rules.missing_value, rules.date_format);
      column.fill = date ? *date : column.earliest;
    } else {
      column.fill = filled(moments_, rules, name_);
    }
  } else {
    column.fill = filled(numeric_, rules, name_);
  }
  return column;
}

}  // namespace luge::data
