// Writes one cell of a CSV file as RFC 4180 defines it.
#pragma once

#include <string>
#include <string_view>

namespace luge::io {

/// `text`, in quotes where it holds a comma, a quote, a line end or blanks at its ends; bytes that are not
/// UTF-8 become U+FFFD, so that CsvReader reads what this wrote.
std::string csv_cell(std::string_view text);

}  // namespace luge::io
