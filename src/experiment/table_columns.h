// The types of the columns of tables: their keys, and what of a configuration they mean.
#pragma once

#include <string>
#include <vector>

#include "experiment/option_keys.h"
#include "luge/data/table.h"
#include "luge/options.h"

namespace luge::experiment {

/// How cells that are not numbers are read.
struct ColumnOptions {
  // The ways to do with missing cells that keep their rows.
  static std::vector<std::string> filling() {
    std::vector<std::string> names;
    for (const auto& [how, name] : options::Names<data::Missing>::all) {
      if (how != data::Missing::refuse && how != data::Missing::drop) names.emplace_back(name);
    }
    return names;
  }

  static constexpr const char* table = "data";
  std::vector<std::string> types = {};
  data::Missing missing = data::Missing::refuse;
  std::string missing_value = "0";
  bool missing_indicator = false;
  data::Categories categories = data::Categories::one_hot;
  std::string unknown = "error";
  data::Dates dates = data::Dates::seconds;
  data::DateFormat date_format = data::DateFormat::iso;
  static void fields(auto& self, auto&& field) {
    using namespace options;
    field("types", self.types,
          "types of columns of a CSV table, such as sex:category,born:date,name:skip; others are found out",
          elsewhere({"dtypes", "column_types"}));
    field("missing", self.missing, "what is done with missing cells of a CSV table",
          elsewhere({"impute", "na"}));
    field("missing_value", self.missing_value, "what they are with missing=value",
          needs("data.missing", {"value"}));
    field("missing_indicator", self.missing_indicator,
          "one more column for each with missing cells, 1 where the cell is missing",
          needs("data.missing", filling()));
    field("categories", self.categories,
          "what words of a CSV table become: a column for each, or one number");
    field("unknown", self.unknown, "what is done with a word that the training data does not have",
          one_of({"error", "ignore"}));
    field(
        "dates", self.dates,
        "what dates of a CSV table become: seconds since the earliest, or sine and cosine of the time of the "
        "day, the day of the week and the day of the year");
    field("date_format", self.date_format, "how dates are written: iso is 2024-12-31, dmy 31.12.2024");
  }
};

/// The step that the configuration asks for.
data::steps::TableOptions column_types(const Config& config);
/// The columns that the configuration leaves out, and whether rows with missing cells are.
data::CellOptions cell_options(const Config& config);
/// Whether the configuration asks for typed columns.
bool asks_for_types(const Config& config);

}  // namespace luge::experiment
