#include "cli/table_facts.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace luge::cli {
namespace {

constexpr std::size_t kShownWords = 6;

std::string type_of(const data::ColumnFacts& column) {
  if (!column.problem.empty()) return "not clear";
  return std::get<std::string>(options::Type<data::CellType>::get(column.type));
}

std::string values_of(const data::ColumnFacts& column) {
  if (!column.smallest.empty()) return fmt::format("{} to {}", column.smallest, column.largest);
  if (column.words.empty()) return "";
  const std::size_t shown = std::min(kShownWords, column.words.size());
  return fmt::format(
      "{} words: {}{}", column.words.size(),
      fmt::join(column.words.begin(), column.words.begin() + static_cast<std::ptrdiff_t>(shown), ", "),
      shown < column.words.size() ? ", …" : "");
}

}  // namespace

nlohmann::ordered_json columns_json(const std::vector<data::ColumnFacts>& columns) {
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  for (const data::ColumnFacts& column : columns) {
    nlohmann::ordered_json one = {
        {"name", column.name}, {"type", type_of(column)}, {"missing", column.missing}};
    if (!column.smallest.empty()) one.update({{"smallest", column.smallest}, {"largest", column.largest}});
    if (!column.words.empty()) one["words"] = column.words;
    if (!column.problem.empty()) one["problem"] = column.problem;
    json.push_back(std::move(one));
  }
  return json;
}

void print_columns(const std::vector<data::ColumnFacts>& columns) {
  std::size_t width = 6;  // of the longest name, in bytes
  std::int64_t missing = 0;
  for (const data::ColumnFacts& column : columns)
    width = std::max(width, column.name.size()), missing += column.missing;
  fmt::print("       {:<{}}  {:<9}  {:>7}  {}\n", "column", width, "type", "missing", "values");
  for (const data::ColumnFacts& column : columns)
    fmt::print("       {:<{}}  {:<9}  {:>7}  {}\n", column.name, width, type_of(column), column.missing,
               values_of(column));
  if (missing > 0)
    fmt::print(
        "       {} cells are missing: data.missing=median fills them in a training, data.missing=drop "
        "leaves out their rows\n",
        missing);
  for (const data::ColumnFacts& column : columns) {
    if (!column.problem.empty()) fmt::print("       {}\n", column.problem);
  }
}

bool is_unclear(const std::vector<data::ColumnFacts>& columns) {
  return std::any_of(columns.begin(), columns.end(), [](const auto& each) { return !each.problem.empty(); });
}

}  // namespace luge::cli
