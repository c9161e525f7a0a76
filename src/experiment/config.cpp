#include "luge/experiment/config.h"

#include <fmt/format.h>

#include <set>

#include "experiment/key_names.h"
#include "experiment/toml_file.h"

namespace luge::experiment {

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

void Config::take_file(const std::string& path) {
  std::set<std::string> seen;
  for (auto& [name, value] : read_toml(path)) {
    if (name.starts_with("about.")) continue;  // what the config.toml of a run tells of its making
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
