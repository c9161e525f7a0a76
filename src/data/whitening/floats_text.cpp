#include "data/whitening/floats_text.h"

#include <bit>
#include <cstdint>

#include "core/base64.h"

namespace luge::data {
std::string text_of_floats(std::span<const float> values) {
  std::string bytes;
  for (const float value : values) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    for (int shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(bits >> shift & 255);
  }
  return base64_text(bytes);
}

std::optional<std::vector<float>> floats_of_text(std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  std::vector<unsigned char> bytes;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const std::size_t digit = kBase64Letters.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    if ((count += 6) < 8) continue;
    count -= 8;
    bytes.push_back(static_cast<unsigned char>(bits >> count & 255));
  }
  if (bytes.size() % 4 != 0) return std::nullopt;
  std::vector<float> values;
  for (std::size_t i = 0; i < bytes.size(); i += 4) {
    const std::uint32_t word =
        bytes[i] | bytes[i + 1] << 8 | bytes[i + 2] << 16 | static_cast<std::uint32_t>(bytes[i + 3]) << 24;
    values.push_back(std::bit_cast<float>(word));
  }
  return values;
}

}  // namespace luge::data
