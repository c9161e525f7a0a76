#include "cli/help.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/families.h"
#include "core/nearest.h"
#include "experiment/key_names.h"

namespace luge::cli {
namespace {

using Json = nlohmann::ordered_json;

// "text" does not tell what to write.
bool says_nothing(const options::Info& info) {
  return info.kind == options::Kind::text && !info.choices && info.takes.empty();
}

// "  epochs               passes over the data (a whole number from 1)  [train.epochs]"
std::string key_line(const std::vector<Key>& keys, const Key& key) {
  const std::string name = experiment::short_name(keys, key);
  std::string what = key.info && !says_nothing(*key.info) ? key.info->expected() : "";
  if (!key.fallback.empty()) what += fmt::format("{}default {}", what.empty() ? "" : "; ", key.fallback);
  for (const experiment::Need& need : key.needs) {
    const experiment::Key* other = experiment::find_key(keys, need.key);
    if (!other) continue;
    what += fmt::format("{}with {}={}", what.empty() ? "" : "; ", experiment::short_name(keys, *other),
                        fmt::join(need.values, ", "));
  }
  return fmt::format("  {:<20} {}{}{}\n", name, key.help, what.empty() ? "" : fmt::format(" ({})", what),
                     name == key.name ? "" : fmt::format("  [{}]", key.name));
}

// What of the chosen things can be set: one line for each table of their options.
std::string option_tables(const std::vector<Key>& keys) {
  std::vector<std::pair<std::string, std::string>> tables;
  for (const Key& key : keys) {
    if (key.option.empty()) continue;
    const std::string table = key.name.substr(0, key.name.find('.'));
    auto found =
        std::find_if(tables.begin(), tables.end(), [&](const auto& own) { return own.first == table; });
    if (found == tables.end()) found = tables.emplace(tables.end(), table, "");
    found->second += (found->second.empty() ? "" : ", ") + key.name.substr(table.size() + 1);
  }
  std::string text;
  for (const auto& [table, options] : tables) text += fmt::format("  {:<20} {}\n", table + ".", options);
  if (text.empty()) return "";
  return "\nOptions of what is chosen, written like optimizer.beta1=0.8 (luge help optimizer=adam tells "
         "more):\n" +
         text;
}

// The family of a kind, or of the key that chooses from it: "augmentation" and "augment".
const Family* family_of(const std::string& word) {
  if (const Family* family = find_family(word)) return family;
  for (const Family* family : families()) {
    if (family->called().options_of_each == word) return family;
  }
  return nullptr;
}

std::string about_member(const std::string& kind, const std::string& name) {
  if (const Family* family = family_of(kind)) {
    try {
      return page(*family, name);
    } catch (const ValueError& error) {
      throw Misuse(fmt::format("luge help: {}", error.what()));
    }
  }
  std::vector<std::string> kinds;
  for (const Family* family : families()) kinds.push_back(family->called().one);
  throw Misuse(fmt::format("luge help: there is no kind '{}'{}; write KIND=NAME, such as optimizer=adam",
                           kind, suggestion(kind, kinds)));
}

Json summary_of(const Command& command) {
  return {{"command", command.name}, {"purpose", command.purpose}, {"usage", command.usage}};
}

}  // namespace

std::string help_text() {
  std::string text = "luge COMMAND key=value ...   neural networks from the shell\n\n";
  for (const Command& command : commands())
    text += fmt::format("  {:<14} {}\n", command.name, command.purpose);
  text +=
      "  help           this page; luge COMMAND help tells the keys of one, luge help optimizer=adam the "
      "options\n"
      "                 of one thing that luge list shows, luge help lr what a key of train is\n"
      "\n"
      "--json (or format=json) prints one JSON document where a command reports something.\n"
      "Environment: LUGE_DATA (data sets), LUGE_THREADS (processors to use), LUGE_LOG=compile,kernels,\n"
      "LUGE_ISA (the best instructions to use: avx512, avx2, portable ...), NO_COLOR.\n"
      "\n"
      "Begin with:  " +
      program() + " train model=lenet5 data=fashion-mnist epochs=5\n";
  return text;
}

std::string help_text(const Command& command) {
  std::string text = fmt::format("{}\n\n", command.purpose);
  for (const std::string& line : command.usage) text += fmt::format("  luge {}\n", line);
  const std::vector<Key> keys = command.keys();
  if (!keys.empty()) text += "\n";
  // Options have a line for their table, those with a short name of their own also one like other keys.
  for (const Key& key : keys) {
    if (key.option.empty() || !key.aliases.empty()) text += key_line(keys, key);
  }
  return text + option_tables(keys);
}

Json help_json(const Command& command) {
  Json json = summary_of(command);
  json["keys"] = Json::array();
  const std::vector<Key> keys = command.keys();
  for (const Key& key : keys) {
    Json one = {{"name", key.name}, {"short", experiment::short_name(keys, key)}, {"help", key.help}};
    if (key.info && !says_nothing(*key.info)) one["takes"] = key.info->expected();
    if (!key.fallback.empty()) one["default"] = key.fallback;
    for (const experiment::Need& need : key.needs) one["needs"][need.key] = need.values;
    json["keys"].push_back(std::move(one));
  }
  return json;
}

Json help_json() {
  Json json = {{"commands", Json::array()}};
  for (const Command& command : commands()) json["commands"].push_back(summary_of(command));
  return json;
}

std::string help_about(const std::string& word) {
  if (const Command* command = find_command(word)) return help_text(*command);
  if (const std::size_t equals = word.find('='); equals != std::string::npos && equals > 0)
    return equals + 1 < word.size() ? about_member(word.substr(0, equals), word.substr(equals + 1))
                                    : help_about(word.substr(0, equals));
  if (const Family* family = family_of(word)) return listing(*family);
  const std::vector<Key> keys = experiment::training_keys();
  if (const Key* key = experiment::find_key(keys, word)) return key_line(keys, *key);
  std::string pages;  // of what has this name, such as luge help adam
  std::vector<std::string> shown;
  for (const Family* family : families()) {
    const std::vector<std::string> known = family->names();
    if (std::find(known.begin(), known.end(), word) == known.end()) continue;
    // An activation is a layer, too: one page is enough.
    const std::string text = page(*family, word), about = text.substr(family->called().one.size());
    if (std::find(shown.begin(), shown.end(), about) != shown.end()) continue;
    shown.push_back(about);
    pages += (pages.empty() ? "" : "\n") + text;
  }
  if (!pages.empty()) return pages;
  std::vector<std::string> names;
  for (const Command& command : commands()) names.push_back(command.name);
  for (const Family* family : families()) names.push_back(family->called().many);
  for (const Key& key : keys) names.push_back(experiment::short_name(keys, key));
  throw Misuse(
      fmt::format("luge help: '{}' is not a command, a kind or a key{}", word, suggestion(word, names)));
}

}  // namespace luge::cli
