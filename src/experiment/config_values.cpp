// The values of keys: numbers, lists, choices, sizes.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <optional>

#include "core/nearest.h"
#include "luge/experiment/config.h"

namespace luge::experiment {
namespace {

template <class T>
std::optional<T> parse(std::string_view text) {
  T value{};
  if (!text.empty() && text[0] == '+') text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

}  // namespace

void Config::refuse(std::string_view name, std::string_view expected) const {
  throw SettingError(fmt::format("{}={}: expected {}", shown(name), text(name), expected));
}

std::int64_t Config::integer(std::string_view name, std::int64_t least) const {
  const auto value = parse<std::int64_t>(text(name));
  if (!value || *value < least) refuse(name, fmt::format("a whole number from {}", least));
  return *value;
}

double Config::number(std::string_view name) const {
  const auto value = parse<double>(text(name));
  if (!value || !std::isfinite(*value)) refuse(name, "a number");
  return *value;
}

double Config::positive(std::string_view name) const {
  const double value = number(name);
  if (!(value > 0)) refuse(name, "a number above 0");
  return value;
}

double Config::not_negative(std::string_view name) const {
  const double value = number(name);
  if (!(value >= 0)) refuse(name, "a number, 0 or more");
  return value;
}

double Config::share(std::string_view name) const {
  const double value = number(name);
  if (!(value >= 0 && value < 1)) refuse(name, "a number, 0 or more and below 1");
  return value;
}

std::vector<std::string> Config::list(std::string_view name) const {
  const std::string all = text(name);
  std::vector<std::string> parts;
  for (std::size_t at = 0; at <= all.size();) {
    const std::size_t comma = std::min(all.find(',', at), all.size());
    parts.push_back(all.substr(at, comma - at));
    at = comma + 1;
  }
  return parts;
}

std::vector<std::int64_t> Config::integers(std::string_view name, std::int64_t least) const {
  std::vector<std::int64_t> all;
  for (const std::string& part : list(name)) {
    const auto value = parse<std::int64_t>(part);
    if (!value || *value < least)
      refuse(name, fmt::format("whole numbers from {} with commas between them", least));
    all.push_back(*value);
  }
  return all;
}

std::size_t Config::bytes(std::string_view name) const {
  constexpr std::pair<std::string_view, double> units[] = {
      {"", 1},     {"B", 1},        {"kB", 1e3},        {"MB", 1e6},
      {"GB", 1e9}, {"KiB", 1024.0}, {"MiB", 1048576.0}, {"GiB", 1073741824.0}};
  const std::string value = text(name);
  const auto same = [](char a, char b) { return std::tolower(a) == std::tolower(b); };
  const std::size_t digits = std::min(value.find_first_not_of("0123456789."), value.size());
  const auto count = parse<double>(value.substr(0, digits));
  for (const auto& [unit, factor] : units) {
    const std::string_view given = std::string_view(value).substr(digits);
    if (!std::equal(given.begin(), given.end(), unit.begin(), unit.end(), same)) continue;
    if (!count || !(*count * factor < 1e18)) continue;
    return static_cast<std::size_t>(*count * factor);
  }
  refuse(name, "a number of bytes such as 512MiB or 2GB");
}

bool Config::flag(std::string_view name) const {
  const std::string value = text(name);
  if (value == "true" || value == "yes" || value == "on" || value == "1") return true;
  if (value == "false" || value == "no" || value == "off" || value == "0") return false;
  refuse(name, "true or false");
}

std::string Config::choice(std::string_view name, const std::vector<std::string>& names) const {
  const std::string value = text(name);
  for (const std::string& known : names) {
    if (known == value) return value;
  }
  throw SettingError(fmt::format("{}={} is not known{}", shown(name), value, suggestion(value, names)));
}

std::vector<std::int64_t> Config::extents(std::string_view key) const {
  std::vector<std::int64_t> found;
  const std::string value = text(key);
  std::string_view rest = value;
  while (true) {
    const auto cut = rest.find('x');
    const auto extent = parse<std::int64_t>(rest.substr(0, cut));
    if (!extent || *extent < 1) refuse(key, "extents such as 3x32x32");
    found.push_back(*extent);
    if (cut == std::string_view::npos) return found;
    rest.remove_prefix(cut + 1);
  }
}

}  // namespace luge::experiment
