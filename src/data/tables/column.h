// One column of a table: its type, found out and fitted, and the numbers that its cells become.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "luge/data/table.h"

namespace luge::data {

/// How the columns of a table are read.
struct ColumnRules {
  Missing missing;
  std::string missing_value;
  bool indicator;
  Categories categories;
  bool unknown_is_error;
  Dates dates;
  DateFormat date_format;
};

/// What is known of a column once it is fitted.
struct Column {
  std::string name;
  CellType type = CellType::automatic;
  std::vector<std::string> categories = {};  // in ascending order
  double earliest = 0;                       // of dates
  double fill = 0;                           // what a missing cell is, as a number
  std::string fill_word = {};                // and as a category
  bool gaps = false;                         // the training data has missing cells

  std::size_t width(const ColumnRules& rules) const;
  /// The names of the numbers that it becomes.
  std::vector<std::string> features(const ColumnRules& rules) const;
  /// Writes width() numbers. Throws FormatError that begins with `where`.
  void write(std::string_view cell, const ColumnRules& rules, const std::string& where,
             std::span<float> to) const;
  std::string describe(const ColumnRules& rules) const;
};

/// The type that `types` ("name:type" each) give the column `names[c]`: automatic where they do not. Throws
/// ValueError for a name or a type that does not exist.
CellType wanted_type(const std::vector<std::string>& types, const std::vector<std::string>& names,
                     std::size_t c);

/// Gathers the cells of the training data and says what the column is.
class ColumnFitter {
 public:
  ColumnFitter(std::string name, CellType type) : name_(std::move(name)), type_(type) {}
  void add(std::string_view cell, const ColumnRules& rules, const std::string& where);
  Column fitted(const ColumnRules& rules) const;

 private:
  CellType found_type() const;
  void add_number(double value, const ColumnRules& rules);
  std::string name_;
  CellType type_;
  std::int64_t cells_ = 0, gaps_ = 0, numbers_ = 0, dates_ = 0, truths_ = 0;
  std::map<std::string, std::int64_t, std::less<>> words_;
  std::string first_number_, first_word_, first_spoiled_;  // where, for errors
  std::vector<double> numeric_, moments_;
};

}  // namespace luge::data
