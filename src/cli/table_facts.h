// The columns of a table as luge data tells them.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "luge/data/table.h"

namespace luge::cli {

/// [{"name", "type", "missing", "smallest", "largest", "words", "problem"}]; the last four where they are
/// known.
nlohmann::ordered_json columns_json(const std::vector<data::ColumnFacts>& columns);
/// The same in words, a line for each column.
void print_columns(const std::vector<data::ColumnFacts>& columns);
/// Whether the type of a column is not clear.
bool is_unclear(const std::vector<data::ColumnFacts>& columns);

}  // namespace luge::cli
