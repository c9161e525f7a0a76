#include "cli/help.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/families.h"
#include "core/nearest.h"
#include "experiment/key_names.h"

namespace luge::cli {
namespace {

std::string key_line(const std::vector<Key>& keys, const Key& key) {
  const std::string name = experiment::short_name(keys, key);
  std::string text = fmt::format("  {:<20} {}", name, key.help);
  if (name != key.name) text += fmt::format("  [{}]", key.name);
  if (!key.fallback.empty()) text += fmt::format("  (default {})", key.fallback);
  return text + "\n";
}

std::string about_member(const std::string& kind, const std::string& name) {
  if (const Family* family = find_family(kind)) {
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
  for (const Key& key : keys) text += key_line(keys, key);
  return text;
}

std::string help_about(const std::string& word) {
  if (const Command* command = find_command(word)) return help_text(*command);
  if (const std::size_t equals = word.find('='); equals != std::string::npos && equals > 0)
    return equals + 1 < word.size() ? about_member(word.substr(0, equals), word.substr(equals + 1))
                                    : help_about(word.substr(0, equals));
  if (const Family* family = find_family(word)) return listing(*family);
  const std::vector<Key> keys = experiment::training_keys();
  if (const Key* key = experiment::find_key(keys, word)) return key_line(keys, *key);
  std::vector<std::string> names;
  for (const Command& command : commands()) names.push_back(command.name);
  for (const Family* family : families()) names.push_back(family->called().many);
  for (const Key& key : keys) names.push_back(experiment::short_name(keys, key));
  throw Misuse(
      fmt::format("luge help: '{}' is not a command, a kind or a key{}", word, suggestion(word, names)));
}

}  // namespace luge::cli
