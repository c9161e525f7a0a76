// Numbers written as text, read the same in every locale.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace luge {

/// The finite number that `text` is as a whole: 12, -0.5, +3e-4; blanks around it are allowed. Too small a
/// number is 0. Nothing for "", "nan", "inf", "1,5", hexadecimal digits and numbers beyond the range of a
/// double.
std::optional<double> parse_number(std::string_view text);

/// Returns the text without the blanks around it.
std::string_view trimmed(std::string_view text);

/// Returns why parse_number refuses it: "is empty", "is not finite", "is beyond the range of a double", …
std::string why_not_a_number(std::string_view text);

}  // namespace luge
