#include "luge/experiment/config.h"

#include <fmt/format.h>

#include <set>

#include "experiment/key_names.h"
#include "experiment/toml_file.h"

namespace luge::experiment {
namespace {

// The length of "stage.1." at the beginning of a key; 0 when there is none.
std::size_t stage_table(const std::string& key) {
  constexpr std::string_view prefix = "stage.";
  if (!key.starts_with(prefix)) return 0;
  const std::size_t end = key.find_first_not_of("0123456789", prefix.size());
  return end == std::string::npos || end == prefix.size() || key[end] != '.' ? 0 : end + 1;
}

void take_of_stage(Config& stage, std::size_t number, const std::string& path, const std::string& key,
                   std::string value) {
  try {
    stage.set(key, std::move(value));
  } catch (const SettingError& error) {
    throw SettingError(fmt::format("{}, stage {}: {}", path, number, error.what()));
  }
}

}  // namespace

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
  throw SettingError(fmt::format("key '{}' is not known{}", name, meant(keys_, name, names)));
}

std::string Config::shown(std::string_view name) const {
  const Key& key = require(name);
  const auto typed = typed_.find(key.name);
  return typed == typed_.end() ? short_name(keys_, key) : typed->second;
}

void Config::set(std::string_view name, std::string value) {
  const Key& key = require(name);
  typed_[key.name] = name;
  values_[key.name] = std::move(value);
}

void Config::add_stage(Config stage) { stages_.push_back(std::move(stage)); }

void Config::take_file(const std::string& path) {
  std::set<std::string> seen;
  std::vector<Config> stages;
  std::string table;  // of the present stage, such as "stage.1."
  for (auto& [name, value] : read_toml(path)) {
    if (name.starts_with("about.")) continue;  // what the config.toml of a run tells of its making
    if (const std::size_t length = stage_table(name); length > 0) {
      if (table != name.substr(0, length)) stages.emplace_back(stage_keys());
      table = name.substr(0, length);
      take_of_stage(stages.back(), stages.size(), path, name.substr(length), std::move(value));
      continue;
    }
    const Key* key = find(name);
    if (!key) {
      std::vector<std::string> names;
      for (const Key& each : keys_) names.push_back(each.name);
      throw SettingError(fmt::format("{}: key '{}' is not known{}", path, name, meant(keys_, name, names)));
    }
    if (!seen.insert(key->name).second)
      throw SettingError(fmt::format("{}: key '{}' is given twice", path, name));
    if (values_.emplace(key->name, std::move(value)).second) typed_[key->name] = name;
  }
  if (stages_.empty()) stages_ = std::move(stages);
}

void Config::set_default(std::string_view name, std::string value) {
  values_.emplace(require(name).name, std::move(value));
}

void Config::replace(std::string_view name, std::string value) {
  values_[require(name).name] = std::move(value);
}

bool Config::given(std::string_view name) const { return values_.contains(require(name).name); }

bool Config::has(std::string_view name) const { return given(name) || !require(name).fallback.empty(); }

std::string Config::text(std::string_view name) const {
  const Key& key = require(name);
  if (const auto found = values_.find(key.name); found != values_.end()) return found->second;
  if (key.fallback.empty())
    throw SettingError(fmt::format("{}= is missing: {}", shown(name), key.help), true);
  return key.fallback;
}

Config Config::only(std::vector<Key> keys) const {
  Config part(std::move(keys));
  part.stages_ = stages_;
  for (const Key& key : part.keys_) {
    if (const auto value = values_.find(key.name); value != values_.end()) part.values_.insert(*value);
    if (const auto typed = typed_.find(key.name); typed != typed_.end()) part.typed_.insert(*typed);
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
