#include "board/run_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include <toml++/toml.h>

#include "luge/error.h"

namespace luge::board {
namespace {

using Json = nlohmann::ordered_json;

struct Setting {
  toml::source_region where;
  std::string key;
  Json value;
};

Json value_of(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* flag = node.as_boolean()) return flag->get();
  if (const auto* whole = node.as_integer()) return whole->get();
  if (const auto* number = node.as_floating_point()) return number->get();
  Json list = Json::array();
  if (const auto* array = node.as_array()) {
    for (const toml::node& each : *array) list.push_back(value_of(each));
    return list;
  }
  return nullptr;
}

void collect(const toml::table& table, const std::string& before, std::vector<Setting>& settings) {
  for (const auto& [name, node] : table) {
    const std::string key =
        before.empty() ? std::string(name.str()) : fmt::format("{}.{}", before, name.str());
    if (const auto* below = node.as_table()) {
      collect(*below, key, settings);
    } else if (const auto* list = node.as_array(); list && list->is_array_of_tables()) {  // [[stage]]
      for (std::size_t k = 0; k < list->size(); ++k)
        collect(*(*list)[k].as_table(), fmt::format("{} {}", key, k + 1), settings);
    } else {
      settings.push_back({node.source(), key, value_of(node)});
    }
  }
}

// What follows a value in its line: where it comes from.
std::string comment_after(const std::vector<std::string_view>& lines, const toml::source_position& end) {
  if (end.line < 1 || end.line > lines.size()) return "";
  std::string_view rest = lines[end.line - 1];
  rest.remove_prefix(std::min<std::size_t>(rest.size(), end.column > 0 ? end.column - 1 : 0));
  const std::size_t mark = rest.rfind("# ");
  return mark == std::string_view::npos ? "" : std::string(rest.substr(mark + 2));
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

}  // namespace

Json config_json(const std::string& text, const std::string& name) {
  std::vector<Setting> settings;
  try {
    collect(toml::parse(text, name), "", settings);
  } catch (const toml::parse_error& error) {
    throw FormatError(fmt::format("{}, line {}: {}", name, error.source().begin.line, error.description()));
  }
  std::stable_sort(settings.begin(), settings.end(), [](const Setting& a, const Setting& b) {
    return a.where.begin.line < b.where.begin.line;
  });
  const std::vector<std::string_view> lines = lines_of(text);
  Json all = Json::array();
  for (Setting& each : settings) {
    all.push_back({{"key", each.key},
                   {"value", std::move(each.value)},
                   {"source", comment_after(lines, each.where.end)}});
  }
  return all;
}

}  // namespace luge::board
