// The words of a command line and the tables of a file, by key.
#include "cli/arguments.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "core/nearest.h"
#include "experiment/key_names.h"
#include "experiment/key_needs.h"
#include "experiment/option_keys.h"

namespace luge::cli {
namespace {

using experiment::likely_key;
using experiment::meant;
using experiment::short_name;

std::string without_dashes(const std::string& word) {
  return word.substr(std::min(word.find_first_not_of('-'), word.size()));
}

constexpr const char* kVerbose = "run.verbose";

// What every command has.
struct OutputOptions {
  static constexpr const char* table = "";
  std::string format = "text";
  static void fields(auto& self, auto&& field) {
    field("format", self.format, "what is printed", options::one_of({"text", "json"}));
  }
};

}  // namespace

Arguments::Arguments(std::string command, std::vector<Key> keys, int positional,
                     const std::vector<std::string>& words)
    : Config(experiment::joined(std::move(keys), experiment::keys_of<OutputOptions>())),
      command_(std::move(command)) {
  std::optional<std::string> config;
  bool taken = false;  // with the word before
  for (const std::string& word : words) {
    const auto equals = word.find('=');
    const std::string next = &word == &words.back() ? "" : *(&word + 1);
    if (std::exchange(taken, false)) {
      continue;
    } else if (word == "--json") {
      json_ = true;
    } else if ((word == "-v" || word == "--verbose") && knows(kVerbose)) {  // as in Keras: 0, 1 or 2
      taken = next.size() == 1 && next[0] >= '0' && next[0] <= '9';
      take_word("verbose", taken ? next : "2");
    } else if (word.starts_with("config=") && knows("train.epochs")) {
      if (config) throw Misuse(fmt::format("luge {}: key 'config' is given twice", command_));
      config = word.substr(7);
      if (config->empty())
        throw Misuse(fmt::format("luge {}: config= has no value; it is: a TOML file of keys", command_));
    } else if (equals == 0) {
      throw Misuse(fmt::format("luge {}: '{}' has no key before the '='", command_, word));
    } else if (equals != std::string::npos) {
      const std::size_t dashes = word.starts_with("--") ? 2 : 0;
      take_word(word.substr(dashes, equals - dashes), word.substr(equals + 1));
    } else if (static_cast<int>(positional_.size()) < positional && !word.starts_with("-")) {
      positional_.push_back(word);
    } else {
      refuse_word(word, next);
    }
  }
  if (config) take_file(*config);
  check();
  experiment::check_needs(*this);
  if (experiment::read<OutputOptions>(*this).format == "json") json_ = true;
}

void Arguments::take_word(const std::string& name, std::string value) {
  const Key& key = require(name);
  if (value.empty())
    throw Misuse(fmt::format("luge {}: {}= has no value; it is: {}", command_, name, key.help));
  if (given(name)) {
    const std::string before = shown(name);
    throw Misuse(fmt::format("luge {}: key '{}' is given twice{}", command_, name,
                             before == name ? "" : fmt::format("; '{}' is the same", before)));
  }
  set(name, std::move(value), experiment::Source::command_line);
}

void Arguments::refuse_word(const std::string& word, const std::string& next) const {
  const std::string bare = without_dashes(word);
  std::string how;
  if (word.starts_with("-")) {
    const bool value = find(bare) && !next.empty() && !next.starts_with("-") && next.find('=') == next.npos;
    std::vector<std::string> names = {"json"};
    for (const Key& key : keys()) names.push_back(short_name(keys(), key));
    how = value                              ? fmt::format("; write {}={}", bare, next)
          : find(bare)                       ? fmt::format("; write {}=VALUE", bare)
          : bare.empty()                     ? ""
          : edit_distance(bare, "json") <= 1 ? "; did you mean --json?"
                                             : meant(keys(), bare, names);
  } else if (find(word) && !next.empty() && next.find('=') == next.npos) {
    how = fmt::format("; write {}={}", word, next);
  } else if (keys().size() > 1) {
    how = fmt::format("; write {}={}", short_name(keys(), likely_key(keys(), word)), word);
  }
  throw Misuse(fmt::format("luge {}: '{}' is not of the form key=value{}; luge {} help shows all keys",
                           command_, word, how, command_));
}

}  // namespace luge::cli
