#include "experiment/table_columns.h"

#include <algorithm>

namespace luge::experiment {
namespace {

constexpr std::string_view kSkip = ":skip";

// Only train knows these keys.
ColumnOptions columns(const Config& config) {
  return config.knows("data.types") ? read<ColumnOptions>(config) : ColumnOptions();
}

}  // namespace

data::steps::TableOptions column_types(const Config& config) {
  const ColumnOptions o = columns(config);
  return {.types = o.types,
          .missing = o.missing,
          .missing_value = o.missing_value,
          .indicator = o.missing_indicator,
          .categories = o.categories,
          .unknown_is_error = o.unknown == "error",
          .dates = o.dates,
          .date_format = o.date_format};
}

data::CellOptions cell_options(const Config& config) {
  const ColumnOptions o = columns(config);
  data::CellOptions cells{.leave_out = {}, .drop_rows = o.missing == data::Missing::drop};
  for (const std::string& type : o.types) {
    if (type.ends_with(kSkip)) cells.leave_out.push_back(type.substr(0, type.size() - kSkip.size()));
  }
  return cells;
}

bool asks_for_types(const Config& config) {
  const ColumnOptions o = columns(config);
  return !o.types.empty() || o.missing != data::Missing::refuse;
}

}  // namespace luge::experiment
