// Tables as text: comma-separated values as RFC 4180 defines them, read row by row.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace luge::io {

/// Options of CsvReader.
struct CsvOptions {
  bool header = true;  ///< the first row has the names of the columns; false: they are column1, column2, …
  char separator = ',';  ///< the character between fields; guess_separator finds it in a file
  std::size_t max_row_bytes = std::size_t{64} << 20;  ///< the largest row, in bytes
  std::size_t max_columns = std::size_t{1} << 20;     ///< the largest number of columns
};

/// Reads a table row by row. The text is UTF-8, with or without a byte order mark, and rows end with LF, CRLF
/// or CR. A field may be in double quotes; inside them, two quotes mean one. Empty rows are skipped. All rows
/// must have the same number of fields. Numbers are read in the same way in all locales. Throws FileError
/// when the file cannot be read, and FormatError whose text begins with FILE:LINE:COLUMN, where lines and
/// fields count from 1.
///
///     io::CsvReader rows("iris.csv");
///     while (rows.next()) total += rows.number(rows.column("width"));
class CsvReader {
 public:
  /// Opens a file and reads its header.
  explicit CsvReader(const std::string& path, const CsvOptions& options = {});
  CsvReader(CsvReader&&) noexcept;
  CsvReader& operator=(CsvReader&&) noexcept;
  ~CsvReader();

  /// Returns the path of the file.
  const std::string& path() const;
  /// Returns the names of the columns.
  const std::vector<std::string>& columns() const;
  /// Returns the position of a column, counted from 0. Throws FormatError suggesting similar names when there
  /// is no such column.
  std::size_t column(std::string_view name) const;

  /// Goes to the next row. Returns false at the end of the file. Call it also before the first row.
  bool next();
  /// Returns the line on which the current row begins, counted from 1.
  std::int64_t line() const;
  /// Returns a field of the current row without its quotes. It is valid until next().
  std::string_view field(std::size_t column) const;
  /// Returns a field as a number, such as -12, 0.5 or +3e-4; blanks around it are allowed. Throws FormatError
  /// when it is not a finite number.
  double number(std::size_t column) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// A table of numbers.
struct CsvNumbers {
  std::vector<std::string> columns;  ///< the names of the columns
  std::vector<double> values;        ///< values[row * columns.size() + column]

  /// Returns the number of rows.
  std::size_t rows() const { return columns.empty() ? 0 : values.size() / columns.size(); }
};

/// Reads a table in which all fields are numbers. Throws as CsvReader does.
CsvNumbers read_csv_numbers(const std::string& path, const CsvOptions& options = {});

/// Returns the character between the fields of a table: the one of comma, tab, semicolon and | that splits
/// the first rows into the same number of fields, most of them numbers. When none does, it is a comma.
char guess_separator(const std::string& path);

/// Checks that two tables have the same columns, as training and test data must. Throws FormatError naming
/// both files and the first column that differs.
void check_same_columns(const CsvReader& expected, const CsvReader& received);

}  // namespace luge::io
