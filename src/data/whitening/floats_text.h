// Many float32 numbers as short text: their bytes, little-endian, in base64.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace luge::data {

std::string text_of_floats(std::span<const float> values);
/// Nothing when the text is not that of float32 numbers.
std::optional<std::vector<float>> floats_of_text(std::string_view text);

}  // namespace luge::data
