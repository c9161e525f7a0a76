// Tables with columns of several types: numbers, categories, dates and truth values, some of them missing.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "luge/data/recipe.h"
#include "luge/data/sources.h"
#include "luge/options.h"

namespace luge::data {

/// The field of the cells of a row, as text: those of the input columns, each but the last followed by NUL.
inline constexpr const char* kCells = "cells";

/// Options of typed_csv.
struct CellOptions {
  std::vector<std::string> leave_out = {};            ///< the names of columns that are no inputs
  bool drop_rows = false;                             ///< leave out rows in which a cell is missing
  std::function<void(const std::string&)> tell = {};  ///< is told how many rows were left out
};
/// Reads the rows of a table whose inputs may be words, dates and missing cells: the field kCells (text) for
/// steps::table, "input" f32[columns] with NaN where a cell is not a number, and targets as csv makes them.
/// Throws FormatError and ValueError as csv does, but not for an input cell that is not a number.
Dataset typed_csv(const std::filesystem::path& file, const CsvOptions& options = {},
                  const CellOptions& cells = {});
/// Returns true when an input column of the table holds words or dates and no number at all. Such a table
/// needs types. Missing cells, and numbers that are written wrongly, such as 1,5, are no words. Throws
/// FormatError as csv does.
bool holds_words(const std::filesystem::path& file, const CsvOptions& options = {});

/// Returns true for a cell that has no value: it is empty, or NA, N/A, nan, NaN, null, NULL or ?.
bool is_missing(std::string_view cell);

/// What the cells of a column are.
enum class CellType : std::uint8_t {
  automatic,  ///< found out in the training data
  number,     ///< numbers
  category,   ///< words
  date,       ///< days, or days with a time
  boolean,    ///< true or false, yes or no
  skip,       ///< not an input
};
/// What is done with missing cells.
enum class Missing : std::uint8_t {
  refuse,       ///< an error that names the cell
  drop,         ///< their rows are left out
  mean,         ///< the mean of the training data; of categories the most common one
  median,       ///< the median of the training data; of categories the most common one
  most_common,  ///< the most common value of the training data
  value,        ///< a value that is given
};
/// What a category becomes.
enum class Categories : std::uint8_t {
  one_hot,  ///< one number for each category of the training data
  ids,      ///< one number: 1 for the first category in ascending order, 0 for one that is not known
};
/// What a date becomes.
enum class Dates : std::uint8_t {
  seconds,  ///< the seconds since the earliest date of the training data
  cyclic,   ///< sine and cosine of the time of the day, the day of the week and the day of the year
  both,     ///< all of them
};
/// How dates are written.
enum class DateFormat : std::uint8_t {
  iso,  ///< 2024-12-31, with a time if necessary: 2024-12-31T23:59:59.5+01:00, 2024-12-31 23:59
  ymd,  ///< 2024/12/31
  dmy,  ///< 31/12/2024, 31.12.2024 or 31-12-2024, with a time as iso if necessary
  mdy,  ///< 12/31/2024, likewise
};
/// Returns the seconds since 1970-01-01 00:00 UTC. A date without a time zone is taken as UTC. Throws
/// ValueError for text that is not a date of this format or a day that does not exist.
double parse_date(std::string_view text, DateFormat format = DateFormat::iso);

namespace steps {
/// Options of table.
struct TableOptions {
  /// Types of columns, each "name:type" with number, category, date, boolean or skip. The types of the other
  /// columns are found out.
  std::vector<std::string> types = {};
  Missing missing = Missing::refuse;  ///< what is done with missing cells
  std::string missing_value = "0";    ///< what they are for Missing::value
  bool indicator = false;  ///< add a column, 1 where the cell is missing, for each that has missing cells
  Categories categories = Categories::one_hot;  ///< what a category becomes
  bool unknown_is_error = true;  ///< whether a category that the training data does not have is an error
  Dates dates = Dates::seconds;  ///< what a date becomes
  DateFormat date_format = DateFormat::iso;  ///< how dates are written
};
/// Makes the field "input" f32[columns] of the cells of typed_csv. Types, categories, earliest dates and the
/// values of missing cells are those of the training data. A column that is not named in `types` holds
/// numbers when all its cells are numbers, dates or truth values when all of them are, and categories when
/// none is a number. Throws FormatError naming row and column for a cell that is not of the type of its
/// column, for a missing one, for a category that is not known, and for a column with both numbers and words;
/// ValueError for a type or a column that does not exist.
StepRef table(const TableOptions& options = {});
}  // namespace steps

/// What the cells of a column of a table are.
struct ColumnFacts {
  std::string name;                     ///< the name of the column
  CellType type = CellType::automatic;  ///< the type of its cells; automatic where that is not clear
  std::string problem = {};             ///< why it is not clear, with a row; empty otherwise
  std::int64_t missing = 0;             ///< the number of cells without a value
  std::string smallest = {};            ///< the smallest number, or the earliest date as 2024-12-31
  std::string largest = {};             ///< the largest number, or the latest date
  std::vector<std::string> words = {};  ///< the different words of a category, in ascending order
};
/// Returns what the columns of a table with the field kCells hold. `options` gives types and the format of
/// dates. Cells are read once. Throws ValueError for a type or a column in `options` that does not exist.
std::vector<ColumnFacts> column_facts(const Dataset& table, const steps::TableOptions& options = {});

/// Returns one line for each column that a fitted steps::table reads, with its type and what missing cells
/// become; empty when the recipe has no such step.
std::vector<std::string> table_columns(const Recipe& recipe);
/// Returns true when the steps::table of the recipe leaves out rows with missing cells (Missing::drop).
bool drops_rows(const Recipe& recipe);
/// Returns the name of the first column whose cell is missing in a record with the field kCells, when
/// drops_rows is true, and empty text otherwise.
std::string drops_for(const Recipe& recipe, const Record& record);

}  // namespace luge::data

/// The names of the types of columns.
template <>
struct luge::options::Names<luge::data::CellType> {
  /// Each with its name.
  static constexpr std::pair<luge::data::CellType, const char*> all[] = {
      {luge::data::CellType::automatic, "auto"},    {luge::data::CellType::number, "number"},
      {luge::data::CellType::category, "category"}, {luge::data::CellType::date, "date"},
      {luge::data::CellType::boolean, "boolean"},   {luge::data::CellType::skip, "skip"}};
};
/// The names of what is done with missing cells.
template <>
struct luge::options::Names<luge::data::Missing> {
  /// Each with its name.
  static constexpr std::pair<luge::data::Missing, const char*> all[] = {
      {luge::data::Missing::refuse, "refuse"},
      {luge::data::Missing::drop, "drop"},
      {luge::data::Missing::mean, "mean"},
      {luge::data::Missing::median, "median"},
      {luge::data::Missing::most_common, "most-common"},
      {luge::data::Missing::value, "value"}};
};
/// The names of what categories become.
template <>
struct luge::options::Names<luge::data::Categories> {
  /// Each with its name.
  static constexpr std::pair<luge::data::Categories, const char*> all[] = {
      {luge::data::Categories::one_hot, "one-hot"}, {luge::data::Categories::ids, "ids"}};
};
/// The names of what dates become.
template <>
struct luge::options::Names<luge::data::Dates> {
  /// Each with its name.
  static constexpr std::pair<luge::data::Dates, const char*> all[] = {{luge::data::Dates::seconds, "seconds"},
                                                                      {luge::data::Dates::cyclic, "cyclic"},
                                                                      {luge::data::Dates::both, "both"}};
};
/// The names of how dates are written.
template <>
struct luge::options::Names<luge::data::DateFormat> {
  /// Each with its name.
  static constexpr std::pair<luge::data::DateFormat, const char*> all[] = {
      {luge::data::DateFormat::iso, "iso"},
      {luge::data::DateFormat::ymd, "ymd"},
      {luge::data::DateFormat::dmy, "dmy"},
      {luge::data::DateFormat::mdy, "mdy"}};
};
