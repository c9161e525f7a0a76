// Checks text that came from outside.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace luge {

/// Where the first byte stands that is no well-formed UTF-8 (overlong forms, surrogates and all beyond
/// U+10FFFF are not); std::string_view::npos when there is none.
std::size_t first_invalid_utf8(std::string_view text);

/// Appends the UTF-8 form of a code point that is no surrogate and at most U+10FFFF.
void append_utf8(std::string& text, std::uint32_t code_point);

}  // namespace luge
