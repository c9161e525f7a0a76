#include "core/options_json.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace luge::options {
namespace {

using Json = nlohmann::ordered_json;

template <class T>
std::vector<T> list(const Json& json) {
  return json.get<std::vector<T>>();
}

// Nothing when no option takes it.
std::optional<Value> value_of(const Json& json) {
  if (json.is_null()) return Value();
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_number_integer()) return json.get<std::int64_t>();
  if (json.is_number()) return json.get<double>();
  if (json.is_string()) return json.get<std::string>();
  if (!json.is_array()) return std::nullopt;
  const auto all = [&](auto fits) { return std::all_of(json.begin(), json.end(), fits); };
  if (all([](const Json& each) { return each.is_number_integer(); })) return list<std::int64_t>(json);
  if (all([](const Json& each) { return each.is_number(); })) return list<double>(json);
  if (all([](const Json& each) { return each.is_string(); })) return list<std::string>(json);
  return std::nullopt;
}

}  // namespace

Json json_of(const Value& value) {
  return std::visit(
      []<class T>(const T& own) -> Json {
        if constexpr (std::same_as<T, std::monostate>) {
          return nullptr;
        } else {
          return own;
        }
      },
      value);
}

std::string to_json(const Values& values) {
  Json json = Json::object();
  for (const auto& [name, value] : values) json[name] = json_of(value);
  return json.dump();
}

Values from_json(std::string_view owner, std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) throw FormatError(fmt::format("{}: the options are not a JSON object", owner));
  Values values;
  for (const auto& [name, each] : json.items()) {
    std::optional<Value> value = value_of(each);
    if (!value) {
      throw FormatError(
          fmt::format("{}: option '{}' is {}; expected a number, text, true, false or a list of them", owner,
                      name, each.dump()));
    }
    values.emplace_back(name, *std::move(value));
  }
  return values;
}

}  // namespace luge::options
