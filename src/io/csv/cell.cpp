#include "io/csv/cell.h"

#include "core/utf8.h"

namespace luge::io {

std::string csv_cell(std::string_view text) {
  const std::string cell = valid_utf8(text);
  const bool blank_end = !cell.empty() && (cell.front() == ' ' || cell.back() == ' ');
  if (cell.find_first_of(",\"\r\n") == std::string::npos && !blank_end) return cell;
  std::string quoted = "\"";
  for (const char c : cell) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

}  // namespace luge::io
