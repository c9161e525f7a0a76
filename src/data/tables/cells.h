// What single cells of tables mean.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "luge/data/table.h"

namespace luge::data {

/// Seconds since 1970; nothing when it is not a date of this format.
std::optional<double> date_in(std::string_view cell, DateFormat format);
/// Seconds since 1970 as iso writes them: 2024-12-31, and with a time where it is not midnight.
std::string date_text(double seconds);
/// True or false, yes or no, in any case of letters; nothing otherwise.
std::optional<bool> truth_in(std::string_view cell);
/// Whether a cell is a number that is written wrongly, such as 1,5 or 1e999, and not a word.
bool is_spoiled_number(std::string_view cell);
/// The cells of a row, from the text of the field kCells.
std::vector<std::string_view> cells_of(std::string_view row);
/// Reads the field kCells of each row of a table, in order; `use` gets the number of the row and the field.
void each_row(const Dataset& table, const std::function<void(std::int64_t, const HostArray&)>& use);

/// Whether a step of recipes states what raw data is.
class KnowsRawInput {
 public:
  virtual ~KnowsRawInput() = default;
  virtual bool reads_cells() const { return false; }
  virtual std::vector<std::string> raw_features() const = 0;
};

}  // namespace luge::data
