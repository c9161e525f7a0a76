// Checks text that came from outside.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace luge {

/// The offset of the first byte that is not well-formed UTF-8 (overlong forms, surrogates and all beyond
/// U+10FFFF are not); std::string_view::npos when there is none.
std::size_t first_invalid_utf8(std::string_view text);

/// Returns `text` with U+FFFD for every byte that is not UTF-8, so that any name can be shown.
std::string valid_utf8(std::string_view text);

/// Encodes any bytes as UTF-8; from_utf8_escapes decodes them. A byte that is not UTF-8 becomes one of
/// the private code points U+EF80 … U+EFFF, and so do the bytes of those code points themselves.
std::string to_utf8_escapes(std::string_view bytes);
std::string from_utf8_escapes(std::string_view text);

/// Returns the code points of well-formed UTF-8.
std::vector<std::uint32_t> code_points(std::string_view text);

/// Appends the UTF-8 form of a code point that is not a surrogate and at most U+10FFFF.
void append_utf8(std::string& text, std::uint32_t code_point);

}  // namespace luge
