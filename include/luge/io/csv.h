// Tables as text: comma separated values as RFC 4180 defines them, read row by row.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace luge::io {

struct CsvOptions {
  bool header = true;    ///< the first row names the columns; else they are called column1, column2, …
  char separator = ',';  ///< ';' and '\t' are common too; guess_separator finds it out
  std::size_t max_row_bytes = std::size_t{64} << 20;
  std::size_t max_columns = std::size_t{1} << 20;
};

/// Reads UTF-8 text with rows ended by LF, CRLF or CR, with or without a byte order mark; fields may stand in
/// double quotes, within which a quote is doubled. Empty rows are skipped. Every row has as many fields as
/// the first. Numbers are read the same in every locale. Throws FileError, and FormatError beginning with
/// "<file>:<line>:<column>: ", line counting from 1 and column counting fields from 1.
class CsvReader {
 public:
  explicit CsvReader(const std::string& path, const CsvOptions& options = {});
  CsvReader(CsvReader&&) noexcept;
  CsvReader& operator=(CsvReader&&) noexcept;
  ~CsvReader();

  const std::string& path() const;
  const std::vector<std::string>& columns() const;
  /// The position of a column. Throws FormatError naming the nearest columns when there is none of that name.
  std::size_t column(std::string_view name) const;

  /// Goes to the next row; false at the end of the file. Call it before the first row too.
  bool next();
  /// The line on which the present row begins.
  std::int64_t line() const;
  /// A field of the present row, quotes removed; valid until next().
  std::string_view field(std::size_t column) const;
  /// A field as a finite number such as -12, 0.5, +3e-4; blanks around it are allowed.
  double number(std::size_t column) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The numbers of all rows, row by row: values[row * columns.size() + column].
struct CsvNumbers {
  std::vector<std::string> columns;
  std::vector<double> values;

  std::size_t rows() const { return columns.empty() ? 0 : values.size() / columns.size(); }
};

/// Reads a table that holds nothing but numbers.
CsvNumbers read_csv_numbers(const std::string& path, const CsvOptions& options = {});

/// What stands between the cells of a table: the one of comma, tab, semicolon and | that cuts its first rows
/// into equally many cells, most of them numbers; a comma when none does.
char guess_separator(const std::string& path);

/// Throws FormatError naming both files and the first column that differs, for tables that must fit each
/// other, as training and test data.
void check_same_columns(const CsvReader& expected, const CsvReader& received);

}  // namespace luge::io
