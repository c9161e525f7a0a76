#include "core/number.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>

namespace luge {
namespace {

enum class Verdict { number, empty, not_finite, too_large, decimal_comma, hexadecimal, no_number };

struct Parsed {
  Verdict verdict;
  double value = 0;
};

bool is_digit(char letter) { return letter >= '0' && letter <= '9'; }

Verdict verdict_on(std::string_view text) {
  if (text.find(',') != std::string_view::npos) {
    const bool comma =
        std::all_of(text.begin(), text.end(), [](char c) { return is_digit(c) || c == ',' || c == '-'; });
    return comma ? Verdict::decimal_comma : Verdict::no_number;
  }
  return text.starts_with("0x") || text.starts_with("0X") ? Verdict::hexadecimal : Verdict::no_number;
}

// from_chars says "out of range" at both ends of the range; the exponent of the first digit tells which.
bool is_tiny(std::string_view text) {
  const std::size_t exponent_at = std::min(text.find_first_of("eE"), text.size());
  const std::string_view mantissa = text.substr(0, exponent_at);
  const std::size_t point = std::min(mantissa.find('.'), mantissa.size());
  const std::size_t first = std::min(mantissa.find_first_of("123456789"), mantissa.size());
  const auto first_digit =
      static_cast<std::int64_t>(point) - static_cast<std::int64_t>(first);  // 1 for units, -1 for tenths

  std::string_view exponent = text.substr(std::min(exponent_at + 1, text.size()));
  const bool negative = exponent.starts_with('-');
  if (exponent.starts_with('+')) exponent.remove_prefix(1);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(exponent.data(), exponent.data() + exponent.size(), value);
  if (error == std::errc::result_out_of_range) return negative;
  return first_digit + value < 0;
}

Parsed parse(std::string_view text) {
  text = trimmed(text);
  if (text.empty()) return {Verdict::empty};
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::invalid_argument || end != text.data() + text.size()) return {verdict_on(text)};
  if (error == std::errc::result_out_of_range) {
    if (is_tiny(text)) return {Verdict::number, text.front() == '-' ? -0.0 : 0.0};
    return {Verdict::too_large};
  }
  if (!std::isfinite(value)) {
    const bool written_so = std::none_of(text.begin(), text.end(), is_digit);
    return {written_so ? Verdict::not_finite : Verdict::too_large};
  }
  return {Verdict::number, value};
}

}  // namespace

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t";
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return "";
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

std::optional<double> parse_number(std::string_view text) {
  const Parsed parsed = parse(text);
  if (parsed.verdict != Verdict::number) return std::nullopt;
  return parsed.value;
}

std::string why_not_a_number(std::string_view text) {
  switch (parse(text).verdict) {
    case Verdict::number: return "is a number";
    case Verdict::empty: return "is empty";
    case Verdict::not_finite: return "is not finite";
    case Verdict::too_large: return "is beyond the range of a double";
    case Verdict::decimal_comma: return "has a decimal comma (write a point)";
    case Verdict::hexadecimal: return "is hexadecimal";
    case Verdict::no_number: break;
  }
  return "is not a number";
}

}  // namespace luge
