#include "core/named_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "core/number.h"
#include "luge/error.h"
#include "luge/options.h"

namespace luge {
namespace {

using Json = nlohmann::json;

// The parts between commas that are not inside brackets, parentheses or quotation marks; nothing when these
// do not match.
std::optional<std::vector<std::string_view>> split(std::string_view text) {
  std::vector<std::string_view> parts;
  if (trimmed(text).empty()) return parts;
  std::string open;
  bool quoted = false;
  std::size_t first = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (quoted) {
      if (c == '\\') ++at;
      quoted = c != '"';
    } else if (c == '"') {
      quoted = true;
    } else if (c == '(' || c == '[') {
      open += c == '(' ? ')' : ']';
    } else if (c == ')' || c == ']') {
      if (open.empty() || open.back() != c) return std::nullopt;
      open.pop_back();
    } else if (c == ',' && open.empty()) {
      parts.push_back(trimmed(text.substr(first, at - first)));
      first = at + 1;
    }
  }
  if (quoted || !open.empty()) return std::nullopt;
  parts.push_back(trimmed(text.substr(first)));
  return parts;
}

// Text in quotation marks without them; nothing when it is damaged.
std::optional<std::string> unquoted(std::string_view text) {
  if (!text.starts_with('"')) return std::string(text);
  const Json json = Json::parse(text, nullptr, false);
  return json.is_string() ? std::optional(json.get<std::string>()) : std::nullopt;
}

std::string quoted(const std::string& text) {
  const bool plain = !text.empty() && trimmed(text) == text && text.find_first_of(",()[]\"\\=") == text.npos;
  return plain ? text : Json(text).dump();
}

}  // namespace

NamedText read_named(std::string_view kind, std::string_view text) {
  const std::size_t open = text.find('(');
  if (open == std::string_view::npos) return {std::string(trimmed(text))};
  const auto refuse = [&](std::string_view what) {
    throw ValueError(
        fmt::format("{} '{}' {}; expected NAME or NAME(option=value,option=value)", kind, text, what));
  };
  NamedText named{std::string(trimmed(text.substr(0, open)))};
  if (named.name.empty()) refuse("has no name");
  text = trimmed(text);
  if (!text.ends_with(')')) refuse("does not end with )");
  const auto parts = split(text.substr(open + 1, text.size() - open - 2));
  if (!parts) refuse("has brackets or quotation marks that do not match");
  for (const std::string_view part : *parts) {
    const std::size_t equal = part.find('=');
    if (equal == std::string_view::npos) refuse(fmt::format("has '{}' without =", part));
    const auto value = unquoted(trimmed(part.substr(equal + 1)));
    if (!value) refuse(fmt::format("has a text that cannot be read: {}", part));
    named.options.emplace_back(trimmed(part.substr(0, equal)), *value);
  }
  return named;
}

}  // namespace luge

namespace luge::options {

std::string text(std::string_view name, const Values& values) {
  if (values.empty()) return std::string(name);
  std::string list;
  for (const auto& [option, value] : values) {
    const bool is_list = std::holds_alternative<std::vector<std::int64_t>>(value) ||
                         std::holds_alternative<std::vector<double>>(value) ||
                         std::holds_alternative<std::vector<std::string>>(value);
    const auto* own = std::get_if<std::string>(&value);
    list += fmt::format("{}{}={}", list.empty() ? "" : ",", option,
                        own       ? quoted(*own)
                        : is_list ? fmt::format("[{}]", text(value))
                                  : text(value));
  }
  return fmt::format("{}({})", name, list);
}

}  // namespace luge::options
