#include "draw/axis.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace luge::draw {
namespace {

// 1, 2 or 5 times a power of ten: the smallest one with which the range has at most `most` steps.
double round_step(double range, std::int64_t most) {
  const double least = range / static_cast<double>(std::max<std::int64_t>(most, 1));
  const double power = std::pow(10.0, std::floor(std::log10(least)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= least * (1 - 1e-9)) return factor * power;
  }
  return 10 * power;
}

std::string superscript(int exponent) {
  constexpr std::array kDigits = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
  std::string text = exponent < 0 ? "⁻" : "";
  for (const char digit : std::to_string(std::abs(exponent)))
    text += kDigits[static_cast<std::size_t>(digit - '0')];
  return text;
}

// With a minus sign as wide as a plus sign.
std::string number(double value, int decimals) {
  std::string text = fmt::format("{:.{}f}", value, decimals);
  if (text.find_first_of("123456789") == std::string::npos && text.starts_with('-')) text.erase(0, 1);
  return text.starts_with('-') ? "−" + text.substr(1) : text;
}

std::string without_zeros(std::string text) {
  if (text.find('.') == std::string::npos) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

int decimals_of(double step) { return std::max(0, static_cast<int>(-std::floor(std::log10(step) + 1e-9))); }

// Numbers that are large, tiny, or close together far from 0 are written with what they share taken out.
void label_ticks(Axis& axis, double step) {
  const double largest = std::max(std::abs(axis.low), std::abs(axis.high));
  double shared = 0, factor = 1;
  if (largest / step > 1e5) {  // the labels would have six digits and more
    const double unit = std::pow(10.0, std::ceil(std::log10(axis.high - axis.low)));
    shared = std::floor(axis.low / unit) * unit;
    const int decimals = decimals_of(unit);
    if (shared != 0) axis.note = (shared < 0 ? "" : "+") + without_zeros(number(shared, decimals));
  }
  const double shown = std::max(std::abs(axis.low - shared), std::abs(axis.high - shared));
  const int exponent = static_cast<int>(std::floor(std::log10(shown)));
  if (exponent >= 5 || exponent <= -4) {
    factor = std::pow(10.0, exponent);
    axis.note = fmt::format("×10{}{}{}", superscript(exponent), axis.note.empty() ? "" : " ", axis.note);
  }
  const int decimals = decimals_of(step / factor);
  for (Tick& tick : axis.ticks) tick.label = number((tick.value - shared) / factor, decimals);
}

void linear_ticks(Axis& axis, const AxisOptions& options) {
  double step = round_step(axis.high - axis.low, options.most);
  if (options.whole) step = std::max(step, 1.0);
  const double first = std::ceil(axis.low / step - 1e-9);
  for (double k = first; k * step <= axis.high + 1e-9 * step && k < first + 100; ++k)
    axis.ticks.push_back({k * step, ""});
  label_ticks(axis, step);
}

std::string power_label(double mantissa, int exponent) {
  if (exponent >= -3 && exponent <= 4) return fmt::format("{:g}", mantissa * std::pow(10.0, exponent));
  return fmt::format("{}10{}", mantissa == 1 ? "" : fmt::format("{:g}·", mantissa), superscript(exponent));
}

// Powers of ten, every k-th if there are many; in less than two of them also 2, 5 or all digits.
void log_ticks(Axis& axis, const AxisOptions& options) {
  const double low = std::log10(axis.low), high = std::log10(axis.high);
  const int first = static_cast<int>(std::floor(low)), last = static_cast<int>(std::ceil(high));
  const double powers = std::floor(high + 1e-9) - std::ceil(low - 1e-9) + 1;
  const int every = std::max(1, static_cast<int>(std::ceil(powers / static_cast<double>(options.most))));
  const auto add = [&](double mantissa, int exponent, bool labeled) {
    const double value = mantissa * std::pow(10.0, exponent);
    if (value < axis.low * (1 - 1e-9) || value > axis.high * (1 + 1e-9)) return false;
    axis.ticks.push_back({value, labeled ? power_label(mantissa, exponent) : ""});
    return true;
  };
  for (int k = first; k <= last; ++k) {
    if (k % every != 0) continue;
    add(1, k, true);
    for (const double mantissa : {2.0, 5.0}) {
      if (powers <= 2 && every == 1) add(mantissa, k, true);
    }
  }
  if (axis.ticks.size() >= 2) return;
  axis.ticks.clear();  // less than a factor of about 2: the ticks of a linear axis are right
  linear_ticks(axis, options);
}

// Within them differences and quotients are finite.
constexpr double kLargest = 1e300, kTiniest = 1e-300;

}  // namespace

bool can_be_drawn(double value) { return std::abs(value) <= kLargest; }

void Range::add(double value) {
  if (!can_be_drawn(value)) return;
  if (std::abs(value) < kTiniest) value = 0;
  *this = empty() ? Range{value, value} : Range{std::min(low, value), std::max(high, value)};
}

double Axis::at(double value) const {
  if (log) return std::log(value / low) / std::log(high / low);
  return (value - low) / (high - low);
}

Axis make_axis(Range range, const AxisOptions& options) {
  Axis axis;
  axis.log = options.log;
  if (range.empty()) range = options.log ? Range{1, 10} : Range{0, 1};
  if (options.log) {
    const double grow = range.low == range.high ? 2 : std::pow(range.high / range.low, options.margin);
    axis.low = range.low / grow, axis.high = range.high * grow;
    log_ticks(axis, options);
    return axis;
  }
  // Values that differ by rounding alone are one value.
  const double size = std::max(std::abs(range.low), std::abs(range.high));
  double spread = range.high - range.low;
  if (spread <= size * 1e-12) {
    const double around = size == 0 ? 0.5 : options.whole ? 0.5 : size * 0.05;
    range.low -= around, range.high += around;
    spread = 2 * around;
  }
  axis.low = range.low - options.margin * spread, axis.high = range.high + options.margin * spread;
  linear_ticks(axis, options);
  return axis;
}

}  // namespace luge::draw
