// Cuts a CSV file into rows and fields, without knowing what they mean.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "io/files/input_file.h"
#include "luge/io/csv.h"

namespace luge::io {

class RowScanner {
 public:
  RowScanner(const std::string& path, const CsvOptions& options);

  const std::string& path() const { return file_.path(); }
  /// Reads the next row that is not empty; false at the end of the file.
  bool next();
  std::size_t fields() const { return ends_.size(); }
  std::string_view field(std::size_t i) const;
  /// Where the present row begins.
  std::int64_t line() const { return row_line_; }
  [[noreturn]] void fail(std::int64_t line, std::size_t column, const std::string& what) const;

 private:
  static constexpr int kEnd = -1;

  int peek();
  int take();
  bool fill();
  void skip_byte_order_mark();
  bool read_row();
  void plain_field();
  void quoted_field();
  void put(int byte);
  void end_line(int byte);
  void end_field();

  InputFile file_;
  CsvOptions options_;
  std::array<char, 65536> buffer_;
  std::size_t buffer_at_ = 0;
  std::size_t buffer_size_ = 0;
  std::uint64_t offset_ = 0;  // in the file, of the end of the buffer

  std::string row_;                // the fields, one after the other
  std::vector<std::size_t> ends_;  // of the fields in row_
  bool quoted_ = false;            // some field of the row is in quotes
  std::int64_t line_ = 1;
  std::int64_t row_line_ = 1;
};

}  // namespace luge::io
