// The words of a command line and the tables of a file, by key.
#include "cli/arguments.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/key_names.h"
#include "cli/toml_file.h"
#include "core/nearest.h"

namespace luge::cli {
namespace {

std::string without_dashes(const std::string& word) {
  return word.substr(std::min(word.find_first_not_of('-'), word.size()));
}

}  // namespace

Arguments::Arguments(std::string command, std::vector<Key> keys, int positional,
                     const std::vector<std::string>& words)
    : command_(std::move(command)), keys_(std::move(keys)) {
  keys_.push_back({"format", "text or json", "text"});
  std::optional<std::string> config;
  for (const std::string& word : words) {
    const auto equals = word.find('=');
    if (word == "--json") {
      json_ = true;
    } else if (word.starts_with("config=") && find("train.epochs")) {
      config = word.substr(7);
    } else if (equals == 0) {
      throw Misuse(fmt::format("luge {}: '{}' has no key before the '='", command_, word));
    } else if (equals != std::string::npos) {
      set(std::string_view(word).substr(word.starts_with("--") ? 2 : 0,
                                        equals - (word.starts_with("--") ? 2 : 0)),
          word.substr(equals + 1), false);
    } else if (static_cast<int>(positional_.size()) < positional && !word.starts_with("-")) {
      positional_.push_back(word);
    } else {
      refuse_word(word, &word == &words.back() ? "" : *(&word + 1));
    }
  }
  if (config) read_file(*config);
  if (choice("format", {"text", "json"}) == "json") json_ = true;
}

void Arguments::refuse_word(const std::string& word, const std::string& next) const {
  const std::string bare = without_dashes(word);
  std::string how;
  if (word.starts_with("-")) {
    const bool value = find(bare) && !next.empty() && !next.starts_with("-") && next.find('=') == next.npos;
    std::vector<std::string> names = {"json"};
    for (const Key& key : keys_) names.push_back(short_name(keys_, key));
    how = value                              ? fmt::format("; write {}={}", bare, next)
          : find(bare)                       ? fmt::format("; write {}=VALUE", bare)
          : bare.empty()                     ? ""
          : edit_distance(bare, "json") <= 1 ? "; did you mean --json?"
                                             : meant(keys_, bare, names);
  } else if (keys_.size() > 1) {
    how = fmt::format("; write {}={}", short_name(keys_, likely_key(keys_, word)), word);
  }
  throw Misuse(fmt::format("luge {}: '{}' is not of the form key=value{}; luge {} help shows all keys",
                           command_, word, how, command_));
}

const Key* Arguments::find(std::string_view name) const { return find_key(keys_, name); }

const Key& Arguments::require(std::string_view name) const {
  if (const Key* key = find(name)) return *key;
  std::vector<std::string> names;
  for (const Key& key : keys_) names.push_back(short_name(keys_, key));
  throw Misuse(fmt::format("luge {}: key '{}' is not known{}", command_, name, meant(keys_, name, names)));
}

std::string Arguments::shown(std::string_view name) const {
  const Key& key = require(name);
  const auto typed = typed_.find(key.name);
  return typed == typed_.end() ? short_name(keys_, key) : typed->second;
}

void Arguments::set(std::string_view name, std::string value, bool from_file) {
  const Key& key = require(name);
  if (value.empty() && !from_file) {
    throw Misuse(fmt::format("luge {}: {}= has no value; it is: {}", command_, name, key.help));
  }
  auto& into = from_file ? file_values_ : values_;
  if (!into.emplace(key.name, std::move(value)).second) {
    throw Misuse(fmt::format("luge {}: key '{}' is given twice", command_, name));
  }
  if (from_file) {
    typed_.emplace(key.name, name);
  } else {
    typed_[key.name] = name;  // the command line counts
  }
}

void Arguments::read_file(const std::string& path) {
  for (auto& [name, value] : read_toml(path)) {
    if (name.starts_with("about.")) continue;  // what a run directory's config.toml tells of its making
    if (!find(name)) {
      std::vector<std::string> names;
      for (const Key& key : keys_) names.push_back(key.name);
      throw Misuse(fmt::format("{}: key '{}' is not known{}", path, name, meant(keys_, name, names)));
    }
    set(name, std::move(value), true);
  }
}

bool Arguments::given(std::string_view name) const {
  const Key& key = require(name);
  return values_.contains(key.name) || file_values_.contains(key.name);
}

bool Arguments::has(std::string_view name) const { return given(name) || !require(name).fallback.empty(); }

std::string Arguments::text(std::string_view name) const {
  const Key& key = require(name);
  if (const auto found = values_.find(key.name); found != values_.end()) return found->second;
  if (const auto found = file_values_.find(key.name); found != file_values_.end()) return found->second;
  if (key.fallback.empty()) {
    throw Misuse(fmt::format("luge {}: {}= is missing: {}; luge {} help shows all keys", command_,
                             shown(name), key.help, command_));
  }
  return key.fallback;
}

std::map<std::string, std::string> Arguments::resolved() const {
  std::map<std::string, std::string> all;
  for (const Key& key : keys_) {
    if (key.name != "format" && has(key.name)) all[key.name] = text(key.name);
  }
  return all;
}

void Arguments::set_default(std::string_view name, std::string value) {
  const Key& key = require(name);
  if (!given(name)) file_values_[key.name] = std::move(value);
}

void Arguments::replace(std::string_view name, std::string value) {
  values_.insert_or_assign(require(name).name, std::move(value));
}

}  // namespace luge::cli
