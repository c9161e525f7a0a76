// What a configuration holds: values by key, and where they come from.
#include "luge/experiment/config.h"

#include <fmt/format.h>

#include "experiment/key_names.h"

namespace luge::experiment {
namespace {

struct Word {
  Source source;
  std::string_view text;
};
constexpr Word kWords[] = {{Source::program, "program"}, {Source::command_line, "command line"},
                           {Source::resume, "resume"},   {Source::model, "model"},
                           {Source::data, "data"},       {Source::fallback, "default"}};
constexpr std::string_view kFile = "file ";

}  // namespace

std::string Origin::to_string() const {
  for (const Word& word : kWords) {
    if (word.source == source) return std::string(word.text);
  }
  return std::string(kFile) + file;
}

std::optional<Origin> Origin::from_string(std::string_view words) {
  for (const Word& word : kWords) {
    if (word.text == words) return Origin{word.source};
  }
  if (!words.starts_with(kFile)) return std::nullopt;
  return Origin{Source::file, std::string(words.substr(kFile.size()))};
}

Config::Config(std::initializer_list<Entry> values) : keys_(training_keys()) {
  for (const auto& [key, value] : values) {
    if (given(key)) throw SettingError(fmt::format("key '{}' is given twice", key));
    set(key, value);
  }
}

const Key* Config::find(std::string_view name) const { return find_key(keys_, name); }

const Key& Config::require(std::string_view name) const {
  if (const Key* key = find(name)) return *key;
  std::vector<std::string> names;
  for (const Key& key : keys_) names.push_back(short_name(keys_, key));
  throw SettingError(fmt::format("{}key '{}' is not known{}", where_, name, meant(keys_, name, names)));
}

const Config::Setting* Config::setting(std::string_view name) const {
  const auto found = settings_.find(require(name).name);
  return found == settings_.end() ? nullptr : &found->second;
}

std::string Config::shown(std::string_view name) const {
  const Setting* own = setting(name);
  return own && !own->typed.empty() ? own->typed : short_name(keys_, require(name));
}

std::string Config::where(std::string_view name) const {
  const Setting* own = setting(name);
  return own ? own->where : where_;
}

std::string Config::said(std::string_view name) const {
  return fmt::format("{}{}={}", where(name), shown(name), text(name));
}

void Config::set(std::string_view name, std::string value, Source source) {
  const Key& key = require(name);
  settings_[key.name] = {.text = spelled_today(key, std::move(value)),
                         .typed = std::string(name),
                         .origin = {source},
                         .where = label_};
}

void Config::take(const Config& other, std::string_view name) {
  if (const Setting* own = other.setting(name)) settings_[require(name).name] = *own;
}

void Config::add_stage(Config stage) {
  if (stage.label_.empty()) {
    stage.label_ = stage.where_ = fmt::format("stage {}: ", stages_.size() + 1);
    for (auto& [name, own] : stage.settings_) own.where += stage.label_;
  }
  stages_.push_back(std::move(stage));
}

void Config::set_default(std::string_view name, std::string value, Source source) {
  settings_.emplace(require(name).name, Setting{.text = std::move(value), .origin = {source}});
}

void Config::replace(std::string_view name, std::string value) {
  const Key& key = require(name);
  if (given(name) && text(name) == value) return;
  settings_[key.name] = {.text = std::move(value), .typed = shown(name), .origin = {Source::data}};
}

void Config::move(std::string_view name, std::string path) {
  settings_[require(name).name].text = std::move(path);
}

bool Config::given(std::string_view name) const { return setting(name) != nullptr; }

bool Config::has(std::string_view name) const { return given(name) || !require(name).fallback.empty(); }

Origin Config::origin(std::string_view name) const {
  const Setting* own = setting(name);
  return own ? own->origin : Origin{};
}

std::string Config::text(std::string_view name) const {
  if (const Setting* own = setting(name)) return own->text;
  const Key& key = require(name);
  if (key.fallback.empty())
    throw SettingError(fmt::format("{}{}= is missing: {}", where_, shown(name), key.help), true);
  return key.fallback;
}

Config Config::only(std::vector<Key> keys) const {
  Config part(std::move(keys));
  part.stages_ = stages_;
  for (const Key& key : part.keys_) {
    if (const auto own = settings_.find(key.name); own != settings_.end()) part.settings_.insert(*own);
  }
  return part;
}

std::map<std::string, std::string> Config::resolved() const {
  std::map<std::string, std::string> all;
  for (const Key& key : keys_) {
    if (has(key.name)) all[key.name] = text(key.name);
  }
  return all;
}

}  // namespace luge::experiment
