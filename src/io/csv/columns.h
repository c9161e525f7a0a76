// Finds the columns of a table by names, such as those that a network was trained on.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "luge/io/csv.h"

namespace luge::io {

/// The indices of the columns `wanted` in the table, in the order of `wanted`; `except` are columns that
/// are not among them. Columns are found by name, in whatever order the table has them. Where one of the two
/// has no names (no header), they are found by position, and their numbers must be equal. Throws FormatError
/// naming what is missing and what is there.
std::vector<std::size_t> matching_columns(const CsvReader& rows, const std::vector<std::string>& wanted,
                                          bool header, const std::vector<std::size_t>& except = {});

/// Whether the first row names the columns: it has a word above a number (in the next
/// rows where the row below misses cells), or nothing but words and no row
/// below.
bool looks_like_header(const std::string& path, char separator);

}  // namespace luge::io
