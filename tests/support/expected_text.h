// Holds what a program printed against a text with ranges for numbers: "test accuracy {0.86..0.92}".
#pragma once

#include <string>
#include <vector>

namespace luge::testing {

/// Empty when `line` reads as `pattern`, in which {low..high} stands for any number in that range and {} for
/// any text (other braces are text); else what differs.
std::string difference(const std::string& pattern, const std::string& line);

/// The first lines of `output` that match the patterns, in their order; what is missing is named, empty when
/// nothing is.
std::string missing_line(const std::vector<std::string>& patterns, const std::string& output);

}  // namespace luge::testing
