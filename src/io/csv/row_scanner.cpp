#include "io/csv/row_scanner.h"

#include <fmt/format.h>

#include "core/utf8.h"
#include "luge/error.h"

namespace luge::io {

RowScanner::RowScanner(const std::string& path, const CsvOptions& options) : file_(path), options_(options) {
  skip_byte_order_mark();
}

void RowScanner::skip_byte_order_mark() {
  fill();
  const std::string_view start(buffer_.data(), buffer_size_);
  if (start.starts_with("\xEF\xBB\xBF")) buffer_at_ = 3;
  if (start.starts_with("\xFF\xFE") || start.starts_with("\xFE\xFF")) {
    throw FormatError(fmt::format("{}: is UTF-16 text; expected UTF-8", path()));
  }
}

bool RowScanner::fill() {
  buffer_at_ = 0;
  buffer_size_ = file_.read_some(offset_, std::as_writable_bytes(std::span(buffer_)));
  offset_ += buffer_size_;
  return buffer_size_ > 0;
}

int RowScanner::peek() {
  if (buffer_at_ == buffer_size_ && !fill()) return kEnd;
  return static_cast<unsigned char>(buffer_[buffer_at_]);
}

int RowScanner::take() {
  const int byte = peek();
  if (byte != kEnd) ++buffer_at_;
  return byte;
}

bool RowScanner::next() {
  while (read_row()) {
    if (fields() > 1 || !row_.empty() || quoted_) return true;
  }
  return false;
}

// Reads a row with its end; false when there is none left.
bool RowScanner::read_row() {
  row_.clear();
  ends_.clear();
  quoted_ = false;
  row_line_ = line_;
  if (peek() == kEnd) return false;
  while (true) {
    if (peek() == '"') {
      quoted_field();
    } else {
      plain_field();
    }
    end_field();
    const int byte = take();
    if (byte == kEnd) return true;
    if (byte == '\n' || byte == '\r') {
      end_line(byte);
      return true;
    }
    if (fields() == options_.max_columns) {
      fail(row_line_, fields(), fmt::format("more than {} columns", options_.max_columns));
    }
  }
}

void RowScanner::plain_field() {
  for (int byte = peek(); byte != kEnd && byte != options_.separator && byte != '\n' && byte != '\r';
       byte = peek()) {
    if (byte == '"')
      fail(line_, fields() + 1, "a quote inside a field; put the whole field in quotes and double it");
    put(take());
  }
}

void RowScanner::quoted_field() {
  const std::int64_t opened = line_;
  quoted_ = true;
  take();
  while (true) {
    const int byte = take();
    if (byte == kEnd) fail(opened, fields() + 1, "the quote opened here is never closed");
    if (byte == '"') {
      if (peek() != '"') break;
      take();
    }
    put(byte);
    if (byte == '\n' || (byte == '\r' && peek() != '\n')) ++line_;
  }
  const int after = peek();
  if (after != kEnd && after != options_.separator && after != '\n' && after != '\r') {
    fail(line_, fields() + 1, "text follows the closing quote; expected a separator or the end of the line");
  }
}

void RowScanner::put(int byte) {
  if (byte == 0) fail(line_, fields() + 1, "a NUL byte; expected text");
  if (row_.size() == options_.max_row_bytes) {
    fail(row_line_, fields() + 1, fmt::format("the row has more than {} bytes", options_.max_row_bytes));
  }
  row_.push_back(static_cast<char>(byte));
}

void RowScanner::end_line(int byte) {
  if (byte == '\r' && peek() == '\n') take();
  ++line_;
}

void RowScanner::end_field() {
  ends_.push_back(row_.size());
  const std::string_view text = field(fields() - 1);
  const std::size_t bad = first_invalid_utf8(text);
  if (bad == std::string_view::npos) return;
  fail(row_line_, fields(),
       fmt::format("byte 0x{:02X} is not UTF-8 (is the file Latin-1?); expected UTF-8",
                   static_cast<unsigned char>(text[bad])));
}

std::string_view RowScanner::field(std::size_t i) const {
  const std::size_t begin = i == 0 ? 0 : ends_[i - 1];
  return std::string_view(row_).substr(begin, ends_[i] - begin);
}

void RowScanner::fail(std::int64_t line, std::size_t column, const std::string& what) const {
  throw FormatError(fmt::format("{}:{}:{}: {}", path(), line, column, what));
}

}  // namespace luge::io
