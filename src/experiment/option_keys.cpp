#include "experiment/option_keys.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "core/number.h"

namespace luge::experiment {
namespace {

std::string whole_name(std::string_view table, const std::string& option) {
  return table.empty() ? option : fmt::format("{}.{}", table, option);
}

}  // namespace

Key option_key(std::string_view table, const options::Info& info) {
  Key key{whole_name(table, info.name), info.help, options::text(info.fallback), info.aliases,
          info.elsewhere};
  key.info = info;
  return key;
}

void read_bound(const Config& config, std::string_view table, const std::vector<options::Bound>& options) {
  for (const options::Bound& option : options) {
    const std::string key = whole_name(table, option.info.name);
    if (!config.knows(key)) continue;
    if (!config.given(key)) {
      if (option.info.required) config.text(key);  // throws: it is missing
      continue;
    }
    options::Info info = option.info;
    info.fallback = option.get();
    const options::Value value = config.value(key, info);
    try {
      option.set(value);
    } catch (const ValueError&) {
      config.refuse(key, info.expected());
    }
  }
}

}  // namespace luge::experiment

namespace luge::options {

using experiment::AutoWhole;
using experiment::Bytes;
using experiment::Separator;

Value Type<AutoWhole>::get(const AutoWhole& member) {
  if (!member.number) return std::string("auto");
  return std::vector<std::int64_t>{*member.number};
}

void Type<AutoWhole>::set(AutoWhole& member, const Value& value) {
  const auto* wholes = std::get_if<std::vector<std::int64_t>>(&value);
  if (wholes ? wholes->size() != 1 : std::get<std::string>(value) != "auto")
    throw ValueError("expected auto or a whole number");
  member.number = wholes ? std::optional(wholes->front()) : std::nullopt;
}

void Type<Bytes>::set(Bytes& member, const Value& value) {
  constexpr std::pair<std::string_view, double> units[] = {
      {"", 1},     {"B", 1},        {"kB", 1e3},        {"MB", 1e6},
      {"GB", 1e9}, {"KiB", 1024.0}, {"MiB", 1048576.0}, {"GiB", 1073741824.0}};
  const std::string text = std::get<std::string>(value);
  const auto same = [](char a, char b) { return std::tolower(a) == std::tolower(b); };
  const std::size_t digits = std::min(text.find_first_not_of("0123456789."), text.size());
  const auto count = parse_number(std::string_view(text).substr(0, digits));
  for (const auto& [unit, factor] : units) {
    const std::string_view given = std::string_view(text).substr(digits);
    if (!std::equal(given.begin(), given.end(), unit.begin(), unit.end(), same)) continue;
    if (!count || !(*count * factor < 1e18)) continue;
    member.count = static_cast<std::size_t>(*count * factor);
    return;
  }
  throw ValueError("expected a number of bytes");
}

Value Type<Separator>::get(const Separator& member) {
  return member.character == 0      ? std::string("auto")
         : member.character == '\t' ? std::string("tab")
                                    : std::string(1, member.character);
}

void Type<Separator>::set(Separator& member, const Value& value) {
  const auto& text = std::get<std::string>(value);
  if (text != "auto" && text != "tab" && text.size() != 1) throw ValueError("expected one character");
  member.character = text == "auto" ? '\0' : text == "tab" ? '\t' : text[0];
}

}  // namespace luge::options
