// What an options struct lists once; JSON, reading from text, checks and help come from it:
//
//   struct ThresholdOptions {
//     double threshold = 0.5;
//     static void fields(auto& self, auto&& field) { field("threshold", self.threshold, "what counts as
//     yes"); }
//   };
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <concepts>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "core/nearest.h"
#include "core/number.h"
#include "luge/error.h"

namespace luge {

using OptionJson = nlohmann::ordered_json;

/// What a member takes, as errors and help say it.
template <class T>
constexpr const char* option_type() {
  if constexpr (std::same_as<T, bool>) return "true or false";
  if constexpr (std::integral<T>) return "a whole number";
  if constexpr (std::floating_point<T>) return "a number";
  if constexpr (std::same_as<T, std::string>) return "text";
  if constexpr (std::same_as<T, std::vector<std::string>>) return "a list of names";
  return "a list of numbers";
}

template <class O>
std::vector<std::string> option_names() {
  std::vector<std::string> names;
  const O options{};
  O::fields(options, [&](std::string_view name, const auto&, const char*) { names.emplace_back(name); });
  return names;
}

template <class O>
OptionJson options_to_json(const O& options) {
  OptionJson json = OptionJson::object();
  O::fields(options, [&](std::string_view name, const auto& member, const char*) {
    json[std::string(name)] = member;
  });
  return json;
}

template <class T>
void take_option(const std::string& who, std::string_view name, const OptionJson& value, T& member) {
  bool fits = value.is_array();
  if constexpr (std::same_as<T, bool>) {
    fits = value.is_boolean();
  } else if constexpr (std::integral<T>) {
    fits = value.is_number_integer();
  } else if constexpr (std::floating_point<T>) {
    fits = value.is_number();
  } else if constexpr (std::same_as<T, std::string>) {
    fits = value.is_string();
  } else if constexpr (std::same_as<T, std::vector<std::string>>) {
    for (const OptionJson& each : value) fits = fits && each.is_string();
  } else {
    for (const OptionJson& each : value) fits = fits && each.is_number();
  }
  if (!fits) {
    throw FormatError(
        fmt::format("{}: option '{}' is {}; expected {}", who, name, value.dump(), option_type<T>()));
  }
  member = value.get<T>();
}

/// Sets what a JSON object names; the rest keeps its default. `who` begins errors. Throws FormatError for a
/// name that is not known and for a value of the wrong type.
template <class O>
O options_from_json(const std::string& who, std::string_view text) {
  const OptionJson json = OptionJson::parse(text, nullptr, false);
  if (!json.is_object()) throw FormatError(fmt::format("{}: the options are not a JSON object", who));
  O options;
  std::size_t used = 0;
  O::fields(options, [&](std::string_view name, auto& member, const char*) {
    const auto found = json.find(std::string(name));
    if (found == json.end()) return;
    take_option(who, name, *found, member);
    ++used;
  });
  if (used == json.size()) return options;
  const std::vector<std::string> known = option_names<O>();
  for (const auto& [name, value] : json.items()) {
    if (std::find(known.begin(), known.end(), name) == known.end())
      throw FormatError(fmt::format("{}: option '{}' is not known{}", who, name, suggestion(name, known)));
  }
  return options;
}

template <class T>
void read_option(const std::string& who, std::string_view name, std::string_view text, T& member) {
  const auto refuse = [&] {
    throw ValueError(fmt::format("{}: {}={}: expected {}", who, name, text, option_type<T>()));
  };
  if constexpr (std::same_as<T, bool>) {
    if (text != "true" && text != "false") refuse();
    member = text == "true";
  } else if constexpr (std::integral<T>) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), member);
    if (error != std::errc() || end != text.data() + text.size()) refuse();
  } else if constexpr (std::floating_point<T>) {
    const std::optional<double> number = parse_number(text);
    if (!number) refuse();
    member = static_cast<T>(*number);
  } else if constexpr (std::same_as<T, std::string>) {
    member = text;
  } else {
    static_assert(std::same_as<T, std::vector<std::string>>, "lists of numbers are given as JSON");
    member.clear();
    for (std::size_t at = 0; at < text.size(); ++at) {
      const std::size_t end = std::min(text.find(',', at), text.size());
      member.emplace_back(trimmed(text.substr(at, end - at)));
      at = end;
    }
  }
}

/// What read_option takes for a value.
template <class T>
std::string option_text(const T& member) {
  if constexpr (std::same_as<T, std::vector<std::string>>) {
    std::string text;
    for (const std::string& each : member) text += (text.empty() ? "" : ",") + each;
    return text;
  } else {
    return fmt::format("{}", member);
  }
}

/// Sets one option from text. Throws ValueError for a name that is not known and a value that is not right.
template <class O>
void set_option(const std::string& who, O& options, std::string_view name, std::string_view text) {
  bool known = false;
  O::fields(options, [&](std::string_view own, auto& member, const char*) {
    if (own != name) return;
    read_option(who, name, text, member);
    known = true;
  });
  if (known) return;
  const std::vector<std::string> names = option_names<O>();
  throw ValueError(names.empty()
                       ? fmt::format("{}: there is no option '{}'; there are none", who, name)
                       : fmt::format("{}: there is no option '{}'{}", who, name, suggestion(name, names)));
}

}  // namespace luge
