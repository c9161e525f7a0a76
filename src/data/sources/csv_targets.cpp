#include "data/sources/csv_targets.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include "core/number.h"
#include "luge/error.h"

namespace luge::data {
namespace {

using Target = CsvOptions::Target;

constexpr double kMostPlain = 1000;  // whole numbers below it are labels themselves

// A number as a key, so that equal numbers are equal keys: its double and, for whole numbers that a double
// cannot hold, its digits.
using Number = std::tuple<double, std::size_t, std::string>;

Number number_in(const std::string& cell) {
  const double value = parse_number(cell).value();
  if (std::abs(value) < 0x1p53) return {value, 0, ""};
  const std::string unsigned_cell = cell.substr(cell.find_first_not_of(" \t+-0"));
  std::string digits = unsigned_cell.substr(0, unsigned_cell.find_first_not_of("0123456789"));
  const bool plain = unsigned_cell.find_first_not_of(".0 \t", digits.size()) == std::string::npos;
  if (!plain) digits = fmt::format("{:.0f}", std::abs(value));  // with an exponent
  return {value, digits.size(), digits};
}

[[noreturn]] void fail(const Targets& targets, std::size_t i, const std::string& what) {
  throw FormatError(fmt::format("{}:{}: {}", targets.path, targets.lines[i], what));
}

std::vector<std::byte> bytes_of(const auto& values) {
  const auto view = std::as_bytes(std::span(values));
  return {view.begin(), view.end()};
}

void set_labels(Arrays& arrays, const std::vector<std::int64_t>& labels) {
  arrays.add(kTarget, {i64, {}}, bytes_of(labels));
}

// Each different cell is a class; `less` is the order of the labels.
template <class Key, class ToKey>
void set_classes(Arrays& arrays, const Targets& targets, ToKey key) {
  std::map<Key, std::int64_t> labels_of;
  std::map<Key, std::string> names;
  for (const std::string& cell : targets.cells) names.emplace(key(cell), cell);
  for (const auto& [value, name] : names) {
    labels_of[value] = static_cast<std::int64_t>(arrays.info.classes.size());
    arrays.info.classes.push_back(name);
  }
  std::vector<std::int64_t> labels;
  for (const std::string& cell : targets.cells) labels.push_back(labels_of.at(key(cell)));
  set_labels(arrays, labels);
}

// Numbers that are labels: small ones are labels themselves, others are numbered in order.
void set_number_classes(Arrays& arrays, const Targets& targets) {
  std::vector<std::int64_t> labels;
  double largest = 0;
  for (std::size_t i = 0; i < targets.cells.size(); ++i) {
    const double value = parse_number(targets.cells[i]).value();
    if (value < 0 || value != std::floor(value)) {
      fail(targets, i,
           fmt::format("label '{}' in column '{}'; expected a whole number from 0, or a name in every row",
                       targets.cells[i], targets.column));
    }
    largest = std::max(largest, value);
    if (largest < kMostPlain) labels.push_back(static_cast<std::int64_t>(value));
  }
  if (largest >= kMostPlain) {
    return set_classes<Number>(arrays, targets, number_in);
  }
  for (int k = 0; k <= static_cast<int>(largest); ++k) arrays.info.classes.push_back(std::to_string(k));
  set_labels(arrays, labels);
}

// The labels that a network already has; "2", "2.0" and " 2" are the same label.
void set_known_classes(Arrays& arrays, const Targets& targets, const std::vector<std::string>& classes) {
  std::map<std::string, std::int64_t> by_name;
  std::map<Number, std::int64_t> by_number;
  for (std::size_t k = 0; k < classes.size(); ++k) {
    by_name.emplace(classes[k], k);
    if (parse_number(classes[k])) by_number.emplace(number_in(classes[k]), k);
  }
  std::vector<std::int64_t> labels;
  for (std::size_t i = 0; i < targets.cells.size(); ++i) {
    const std::string& cell = targets.cells[i];
    const auto named = by_name.find(cell);
    const auto numbered = parse_number(cell) ? by_number.find(number_in(cell)) : by_number.end();
    if (named == by_name.end() && numbered == by_number.end()) {
      constexpr std::size_t kShown = 20;
      fail(targets, i,
           fmt::format(
               "label '{}' in column '{}' is not one of the classes {}{}", cell, targets.column,
               fmt::join(classes.begin(),
                         classes.begin() + static_cast<std::ptrdiff_t>(std::min(classes.size(), kShown)),
                         ", "),
               classes.size() > kShown ? ", …" : ""));
    }
    labels.push_back(named != by_name.end() ? named->second : numbered->second);
  }
  arrays.info.classes = classes;
  set_labels(arrays, labels);
}

// Whether numbers are labels is a guess: few different whole numbers, each of them in several rows. A price,
// a year or a count takes many values, and few rows share one.
bool look_like_classes(const Targets& targets) {
  std::set<Number> values;
  for (const std::string& cell : targets.cells) {
    const double value = parse_number(cell).value();
    if (value < 0 || value != std::floor(value)) return false;
    values.insert(number_in(cell));
  }
  const auto rows = targets.cells.size(), distinct = values.size();
  const double least = std::get<double>(*values.begin()), largest = std::get<double>(*values.rbegin());
  if (largest <= 1) return true;
  if (rows < 2 * distinct) return false;
  const bool without_gap = least <= 1 && largest - least + 1 == static_cast<double>(distinct);
  if (without_gap && largest < kMostPlain) return distinct <= 20 || rows >= 10 * distinct;
  return distinct <= 10 && rows >= 20 * distinct;
}

}  // namespace

void set_targets(Arrays& arrays, const Targets& targets, const CsvOptions& options) {
  if (!options.classes.empty() && options.kind != Target::values)
    return set_known_classes(arrays, targets, options.classes);
  const auto word = std::find_if_not(targets.cells.begin(), targets.cells.end(),
                                     [](const std::string& cell) { return parse_number(cell).has_value(); });
  const bool numbers = word == targets.cells.end();
  // "nan" among numbers is a gap, not a class.
  const auto is_gap = [](const std::string& cell) {
    std::string low(cell);
    std::transform(low.begin(), low.end(), low.begin(), [](unsigned char c) { return std::tolower(c); });
    return low.ends_with("nan") && low.size() <= 4;
  };
  if (!numbers && std::all_of(targets.cells.begin(), targets.cells.end(), [&](const std::string& cell) {
        return is_gap(cell) || parse_number(cell).has_value();
      })) {
    fail(targets, static_cast<std::size_t>(word - targets.cells.begin()),
         fmt::format("target '{}' in column '{}' is not a number", *word, targets.column));
  }
  if (options.kind == Target::values && !numbers) {
    fail(targets, static_cast<std::size_t>(word - targets.cells.begin()),
         fmt::format("target '{}' in column '{}' is not a number", *word, targets.column));
  }
  if (!numbers)
    return set_classes<std::string>(arrays, targets, [](const std::string& cell) { return cell; });
  if (options.kind == Target::classes || (options.kind == Target::automatic && look_like_classes(targets)))
    return set_number_classes(arrays, targets);
  std::vector<float> values;
  for (const std::string& cell : targets.cells)
    values.push_back(static_cast<float>(parse_number(cell).value()));
  arrays.add(kTarget, {f32, {1}}, bytes_of(values));
}

}  // namespace luge::data
