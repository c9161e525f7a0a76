// The values of keys: numbers, lists, choices, extents.
#include <fmt/format.h>

#include <algorithm>
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

// "none" is a list without elements.
std::optional<options::Value> no_elements(options::Kind kind) {
  switch (kind) {
    case options::Kind::wholes: return std::vector<std::int64_t>();
    case options::Kind::numbers: return std::vector<double>();
    case options::Kind::texts: return std::vector<std::string>();
    default: return std::nullopt;
  }
}

}  // namespace

void Config::refuse(std::string_view name, std::string_view expected) const {
  throw SettingError(fmt::format("{}: expected {}", said(name), expected));
}

options::Value Config::value(std::string_view name, const options::Info& info) const {
  const Setting* own = setting(name);
  const std::string given = text(name);
  std::optional<options::Value> read = own ? own->list : std::nullopt;
  if (!read && given == "none") read = no_elements(info.kind);
  try {
    if (!read) read = info.parse(given);
    return info.checked(*read);
  } catch (const options::OptionError&) {
    if (!read || !info.choices) refuse(name, info.expected());
  }
  const std::vector<std::string> choices = info.choices();
  if (const auto* all = std::get_if<std::vector<std::string>>(&*read)) {
    for (const std::string& each : *all) {
      if (std::find(choices.begin(), choices.end(), each) == choices.end())
        throw SettingError(
            fmt::format("{}: '{}' is not known{}", said(name), each, suggestion(each, choices)));
    }
  }
  throw SettingError(fmt::format("{} is not known{}", said(name), suggestion(given, choices)));
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
  throw SettingError(fmt::format("{} is not known{}", said(name), suggestion(value, names)));
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
