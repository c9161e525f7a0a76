// The types that people give the columns of a table.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/nearest.h"
#include "data/tables/column.h"
#include "luge/error.h"

namespace luge::data {

CellType wanted_type(const std::vector<std::string>& types, const std::vector<std::string>& names,
                     std::size_t c) {
  const std::vector<std::string> known = options::Type<CellType>::names();
  CellType found = CellType::automatic;
  for (const std::string& text : types) {
    const std::size_t colon = text.rfind(':');
    const std::string type = colon == std::string::npos ? "" : text.substr(colon + 1);
    const std::string name = text.substr(0, colon);
    if (std::find(known.begin(), known.end(), type) == known.end())
      throw ValueError(
          fmt::format("table: '{}' does not give a type to a column; expected NAME:TYPE with one of {}", text,
                      fmt::join(known, ", ")));
    CellType given{};
    options::Type<CellType>::set(given, type);
    if (std::find(names.begin(), names.end(), name) == names.end() && given != CellType::skip)
      throw ValueError(
          fmt::format("table: there is no column '{}' to be a {}{}", name, type, suggestion(name, names)));
    if (name == names[c]) found = given;
  }
  return found;
}

}  // namespace luge::data
