#include "cli/families.h"

#include <fmt/format.h>

#include <algorithm>

#include <nlohmann/json.hpp>

#include "core/options_json.h"
#include "luge/facts.h"

namespace luge::cli {
namespace {

using Json = nlohmann::ordered_json;

bool has_default(const options::Info& option) {
  return !std::holds_alternative<std::monostate>(option.fallback) && !option.required;
}

// "gamma=2", "outputs=…" where it must be given, "limit" where there is no default.
std::string with_default(const options::Info& option) {
  if (option.required) return option.name + "=…";
  return has_default(option) ? fmt::format("{}={}", option.name, options::text(option.fallback))
                             : option.name;
}

std::string option_lines(const Member& member, std::string_view indent) {
  std::size_t width = 20;
  for (const options::Info& option : member.options)
    width = std::max(width, std::min<std::size_t>(with_default(option).size(), 36));
  std::string text;
  for (const options::Info& option : member.options) {
    text += fmt::format("{}{:<{}}  {} ({}{})\n", indent, with_default(option), width, option.help,
                        option.expected(), option.required ? "; it must be given" : "");
  }
  return text;
}

// What is known of a thing, by what it is called in the page and in JSON.
std::vector<std::pair<std::string_view, std::string_view>> facts_of(const Family& family,
                                                                    const std::string& member) {
  const Facts* facts = facts::find(family.called().one, member);
  if (!facts) return {};
  std::vector<std::pair<std::string_view, std::string_view>> all = {
      {"formula", facts->formula}, {"derivative", facts->derivative}, {"from a", facts->from_output},
      {"range", facts->range},     {"parameters", facts->parameters}, {"output", facts->output},
      {"use", facts->use}};
  std::erase_if(all, [](const auto& fact) { return fact.second.empty(); });
  return all;
}

// A line for each, broken between words.
std::string fact_lines(const Family& family, const std::string& member) {
  constexpr std::size_t kName = 12, kWidth = 92;
  std::string text;
  for (const auto& [name, said] : facts_of(family, member)) {
    std::string line = fmt::format("  {:<{}}", name, kName);
    std::size_t length = 0;  // of the letters, of which some take several bytes
    for (std::size_t begin = 0; begin < said.size();) {
      const std::size_t end = std::min(said.find(' ', begin), said.size());
      const std::string_view word = said.substr(begin, end - begin);
      const auto letters = static_cast<std::size_t>(
          std::ranges::count_if(word, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
      if (length > 0 && length + 1 + letters > kWidth) {
        text += line + "\n";
        line = std::string(kName + 2, ' ');
        length = 0;
      }
      if (length > 0) line += ' ', ++length;
      line += word;
      length += letters;
      begin = end + 1;
    }
    text += line + "\n";
  }
  return text.empty() ? "" : text + "\n";
}

// How its options are given, where keys do it.
std::string how_to_give(const Family& family, const Member& member) {
  const std::string prefix = option_prefix(family, member.name);
  if (prefix.empty() || member.options.empty()) return "";
  const options::Info& first = member.options.front();
  const std::string table = prefix.substr(0, prefix.size() - 1);
  const bool each = !family.called().options_of_each.empty();
  const std::string key = family.called().key, choice = key.substr(0, key.find('.')),
                    chosen = each ? key.substr(key.find('.') + 1) : choice;
  return fmt::format("\nOn the command line: {}={} {}{}=…    in a TOML file: [{}] {} = …\n", chosen,
                     member.name, prefix, first.name, table, first.name);
}

}  // namespace

std::string option_prefix(const Family& family, std::string_view member) {
  const std::string table = family.table(member);
  return table.empty() ? "" : table + ".";
}

std::string overview(const Family& family) {
  std::string text = family.called().many + "\n";
  for (const std::string& name : family.names())
    text += fmt::format("  {:<21} {}\n", name, family.member(name).description);
  return text;
}

std::string listing(const Family& family) {
  std::string text = family.called().many + "\n";
  for (const std::string& name : family.names()) {
    const Member member = family.member(name);
    text += fmt::format("  {:<21} {}\n{}", name, member.description, option_lines(member, "      "));
  }
  return text;
}

std::string page(const Family& family, std::string_view name) {
  const Member member = family.member(name);
  const std::string facts = fact_lines(family, member.name);
  return fmt::format("{} {}: {}\n{}{}{}{}{}", family.called().one, member.name, member.description,
                     facts.empty() ? "" : "\n", facts,
                     member.options.empty() ? "It has no options.\n"
                     : facts.empty()        ? "\n"
                                            : "",
                     option_lines(member, "  "), how_to_give(family, member));
}

Json member_json(const Family& family, std::string_view name) {
  const Member member = family.member(name);
  Json options = Json::array();
  for (const options::Info& option : member.options) {
    options.push_back({{"name", option.name},
                       {"takes", option.expected()},
                       {"default", options::json_of(option.fallback)},
                       {"required", option.required},
                       {"help", option.help}});
  }
  Json all = {{"name", member.name}, {"description", member.description}, {"options", std::move(options)}};
  for (const auto& [fact, said] : facts_of(family, member.name))
    all[fact == "from a" ? "from_output" : std::string(fact)] = said;
  return all;
}

Json members_json(const Family& family) {
  Json members = Json::array();
  for (const std::string& name : family.names()) members.push_back(member_json(family, name));
  return members;
}

}  // namespace luge::cli
