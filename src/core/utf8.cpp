#include "core/utf8.h"

#include <algorithm>
#include <cstring>

namespace luge {
namespace {

constexpr bool in(unsigned char byte, unsigned char low, unsigned char high) {
  return byte >= low && byte <= high;
}

// Bytes of the well-formed sequence at `at`, 0 when there is none (Unicode, table 3-7).
std::size_t sequence_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) {
    return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : static_cast<unsigned char>(0);
  };
  const auto follow = [&](std::size_t i) { return in(byte(i), 0x80, 0xBF); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  if (in(lead, 0xC2, 0xDF)) return follow(1) ? 2 : 0;
  if (in(lead, 0xE0, 0xEF)) {
    const bool second = in(byte(1), lead == 0xE0 ? 0xA0 : 0x80, lead == 0xED ? 0x9F : 0xBF);
    return second && follow(2) ? 3 : 0;
  }
  if (in(lead, 0xF0, 0xF4)) {
    const bool second = in(byte(1), lead == 0xF0 ? 0x90 : 0x80, lead == 0xF4 ? 0x8F : 0xBF);
    return second && follow(2) && follow(3) ? 4 : 0;
  }
  return 0;
}

constexpr std::uint32_t kEscapes = 0xEF00;  // U+EF80 … U+EFFF mean the bytes 0x80 … 0xFF

// Whether one of the escapes is at `at`: EE BE 80 … EE BF BF.
bool is_escape(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
  return at + 2 < text.size() && byte(0) == 0xEE && in(byte(1), 0xBE, 0xBF) && in(byte(2), 0x80, 0xBF);
}

}  // namespace

std::size_t first_invalid_utf8(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    std::uint64_t eight;
    if (at + sizeof(eight) <= text.size()) {  // most text is ASCII
      std::memcpy(&eight, text.data() + at, sizeof(eight));
      if ((eight & 0x8080808080808080u) == 0) {
        at += sizeof(eight);
        continue;
      }
    }
    const std::size_t length = sequence_length(text, at);
    if (length == 0) return at;
    at += length;
  }
  return std::string_view::npos;
}

std::string valid_utf8(std::string_view text) {
  std::string valid;
  while (true) {
    const std::size_t bad = first_invalid_utf8(text);
    valid += text.substr(0, bad);
    if (bad == std::string_view::npos) return valid;
    append_utf8(valid, 0xFFFD);
    text.remove_prefix(bad + 1);
  }
}

std::string to_utf8_escapes(std::string_view bytes) {
  std::string text;
  for (std::size_t at = 0; at < bytes.size();) {
    const bool escape = is_escape(bytes, at);
    const std::size_t length = escape ? 3 : sequence_length(bytes, at);
    if (length > 0 && !escape) {
      text += bytes.substr(at, length);
      at += length;
      continue;
    }
    for (const std::size_t end = at + std::max<std::size_t>(length, 1); at < end; ++at)
      append_utf8(text, kEscapes | static_cast<unsigned char>(bytes[at]));
  }
  return text;
}

std::string from_utf8_escapes(std::string_view text) {
  std::string bytes;
  for (std::size_t at = 0; at < text.size();) {
    if (is_escape(text, at)) {
      const auto low = static_cast<unsigned char>(text[at + 2]) & 0x3F;
      bytes.push_back(static_cast<char>((static_cast<unsigned char>(text[at + 1]) & 1) << 6 | low | 0x80));
      at += 3;
    } else {
      bytes.push_back(text[at++]);
    }
  }
  return bytes;
}

std::vector<std::uint32_t> code_points(std::string_view text) {
  std::vector<std::uint32_t> points;
  points.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const auto lead = static_cast<unsigned char>(text[at]);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    std::uint32_t point = length == 1 ? lead : lead & (0x7Fu >> length);
    for (std::size_t k = 1; k < length && at + k < text.size(); ++k)
      point = point << 6 | (static_cast<unsigned char>(text[at + k]) & 0x3Fu);
    points.push_back(point);
    at += length;
  }
  return points;
}

void append_utf8(std::string& text, std::uint32_t code_point) {
  const auto put = [&](std::uint32_t byte) { text.push_back(static_cast<char>(byte)); };
  if (code_point < 0x80) {
    put(code_point);
  } else if (code_point < 0x800) {
    put(0xC0 | code_point >> 6);
    put(0x80 | (code_point & 0x3F));
  } else if (code_point < 0x10000) {
    put(0xE0 | code_point >> 12);
    put(0x80 | (code_point >> 6 & 0x3F));
    put(0x80 | (code_point & 0x3F));
  } else {
    put(0xF0 | code_point >> 18);
    put(0x80 | (code_point >> 12 & 0x3F));
    put(0x80 | (code_point >> 6 & 0x3F));
    put(0x80 | (code_point & 0x3F));
  }
}

}  // namespace luge
