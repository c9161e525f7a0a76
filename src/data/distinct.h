// Checks that names are distinct.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace luge::data {

/// Throws ValueError naming the first that appears twice: "`where`: two `what` are named 'a'".
void check_distinct(std::string_view where, std::string_view what, const std::vector<std::string>& names);

}  // namespace luge::data
