// column_facts: what the cells of a table are, for people who look at it.
#include <fmt/format.h>

#include <set>

#include "core/number.h"
#include "data/tables/cells.h"
#include "data/tables/column.h"
#include "luge/error.h"

namespace luge::data {
namespace {

// The extremes of numbers or of dates.
struct Extremes {
  std::optional<double> smallest, largest;
  void add(const std::optional<double>& value) {
    if (!value) return;
    if (!smallest || *value < *smallest) smallest = value;
    if (!largest || *value > *largest) largest = value;
  }
};

class Gatherer {
 public:
  Gatherer(const std::string& name, CellType type) : fitter_(name, type) { facts_.name = name; }

  void add(std::string_view cell, const ColumnRules& rules, const std::string& where) {
    fitter_.add(cell, rules, where);
    if (is_missing(cell)) {
      ++facts_.missing;
      return;
    }
    numbers_.add(parse_number(cell));
    dates_.add(date_in(cell, rules.date_format));
    words_.emplace(cell);
  }

  ColumnFacts facts(const ColumnRules& rules) {
    try {
      facts_.type = fitter_.fitted(rules).type;
    } catch (const Error& error) {
      facts_.problem = error.what();
      return facts_;
    }
    if (facts_.type == CellType::number) {
      facts_.smallest = fmt::format("{:.6g}", *numbers_.smallest);
      facts_.largest = fmt::format("{:.6g}", *numbers_.largest);
    } else if (facts_.type == CellType::date) {
      facts_.smallest = date_text(*dates_.smallest);
      facts_.largest = date_text(*dates_.largest);
    } else if (facts_.type == CellType::category) {
      facts_.words.assign(words_.begin(), words_.end());
    }
    return facts_;
  }

 private:
  ColumnFitter fitter_;
  ColumnFacts facts_;
  Extremes numbers_, dates_;
  std::set<std::string, std::less<>> words_;
};

}  // namespace

std::vector<ColumnFacts> column_facts(const Dataset& table, const steps::TableOptions& options) {
  const std::vector<std::string>& names = table.info().features;
  // Missing cells are counted, so that none of them is an error.
  const ColumnRules rules{Missing::most_common, "0", false, Categories::one_hot, true, Dates::seconds,
                          options.date_format};
  std::vector<Gatherer> columns;
  for (std::size_t c = 0; c < names.size(); ++c)
    columns.emplace_back(names[c], wanted_type(options.types, names, c));
  each_row(table, [&](std::int64_t i, const HostArray& row) {
    const std::vector<std::string_view> cells = cells_of(row.text());
    for (std::size_t c = 0; c < std::min(cells.size(), columns.size()); ++c)
      columns[c].add(cells[c], rules, table.where(i));
  });
  std::vector<ColumnFacts> facts;
  for (Gatherer& each : columns) facts.push_back(each.facts(rules));
  return facts;
}

}  // namespace luge::data
