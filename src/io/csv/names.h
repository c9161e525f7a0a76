// The names of the columns of a table without a header.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace luge::io {

/// "column1" for the first.
std::string made_up_name(std::size_t column);
bool is_made_up(std::string_view name);

}  // namespace luge::io
