// The values that a TOML file has.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "core/registry.h"
#include "experiment/key_names.h"
#include "experiment/toml_file.h"
#include "luge/experiment/config.h"

namespace luge::experiment {
namespace {

// What a key takes; of the options of several members, what the first one does.
const options::Info* info_of(const Key& key) {
  if (key.info) return &*key.info;
  return key.owners.empty() ? nullptr : &key.owners.front().info;
}

std::string expected(const Key& key) {
  const options::Info* info = info_of(key);
  return info ? info->expected() : "a text, a number, true or false";
}

bool takes_list(const Key& key) {
  const options::Info* info = info_of(key);
  if (!info) return false;
  switch (info->kind) {
    case options::Kind::wholes:
    case options::Kind::numbers:
    case options::Kind::texts:
    case options::Kind::mixed: return true;
    default: return false;
  }
}

bool is_list(const options::Value& value) {
  return std::holds_alternative<std::vector<std::int64_t>>(value) ||
         std::holds_alternative<std::vector<double>>(value) ||
         std::holds_alternative<std::vector<std::string>>(value);
}

bool is_member(const Family& family, const std::string& name) {
  try {
    family.member(name);
    return true;
  } catch (const ValueError&) {
    return false;
  }
}

// Whether the key is an option of something that this program does not register, such as the loss of the
// program that made the run. What needs that thing says so.
bool is_of_unknown(const std::vector<Key>& keys, const std::vector<TomlSetting>& settings,
                   const std::string& name) {
  for (const Key& key : keys) {
    if (key.family.empty() || !key.option.empty()) continue;
    const Family& family = *find_family(key.family);
    if (!name.starts_with(family.table() + ".")) continue;
    for (const TomlSetting& setting : settings) {
      if (setting.key != key.name || !setting.value) continue;
      const auto* list = std::get_if<std::vector<std::string>>(&*setting.value);
      const std::vector<std::string> chosen = list ? *list : std::vector{options::text(*setting.value)};
      if (!std::all_of(chosen.begin(), chosen.end(),
                       [&](const std::string& member) { return is_member(family, member); }))
        return true;
    }
  }
  return false;
}

}  // namespace

class Config::FileReader {
 public:
  FileReader(const std::string& path, bool recorded)
      : own_{Source::file, std::filesystem::path(path).filename().string()}, recorded_(recorded) {}

  // Puts those values into the configuration that it does not have.
  void take(const std::vector<TomlSetting>& settings, Config& config) const {
    std::map<std::string, std::string> seen;  // whole names, and how they were named
    for (const TomlSetting& each : settings) {
      const std::string where = each.where + config.stage_label();
      const Key* key = config.find(each.key);
      if (each.what == "a table" && !(key && key->name == each.key)) continue;
      if (!key && recorded_ && is_of_unknown(config.keys_, settings, each.key)) continue;
      if (!key) refuse_name(config, each.key, where);
      if (!each.value) {
        throw SettingError(
            fmt::format("{}{} is {}; expected {}", where, each.key, each.what, expected(*key)));
      }
      if (const auto [other, is_new] = seen.emplace(key->name, each.key); !is_new) {
        throw SettingError(
            fmt::format("{}key '{}' is given twice{}", where, each.key,
                        other->second == each.key ? "" : fmt::format("; '{}' is the same", other->second)));
      }
      take(each, *key, where, config);
    }
  }

 private:
  void take(const TomlSetting& each, const Key& key, const std::string& where, Config& config) const {
    const bool list = is_list(*each.value);
    if (list && !takes_list(key))
      throw SettingError(fmt::format("{}{} is a list; expected {}", where, each.key, expected(key)));
    Setting setting{.text = spelled_today(key, options::text(*each.value)),
                    .list = list ? each.value : std::nullopt,
                    .typed = each.key,
                    .origin = origin(each),
                    .where = where};
    if (setting.text.empty() && !list)
      throw SettingError(fmt::format("{}{} has no value; it is: {}", where, each.key, key.help));
    // A value that is overridden is looked at all the same, but not what depends on other keys.
    const auto [at, is_new] = config.settings_.try_emplace(key.name, setting);
    if (!is_new) std::swap(at->second, setting);
    if (key.option.empty()) config.check_value(key);
    if (!is_new) std::swap(at->second, setting);
  }

  Origin origin(const TomlSetting& each) const {
    if (!recorded_) return own_;
    return Origin::from_string(each.comment).value_or(own_);
  }

  [[noreturn]] static void refuse_name(const Config& config, const std::string& name,
                                       const std::string& where) {
    if (name == "stage" || name.starts_with("stage."))
      throw SettingError(fmt::format("{}stage is not a table of its own; expected [[stage]]", where));
    for (auto dot = name.rfind('.'); dot != std::string::npos && dot > 0; dot = name.rfind('.', dot - 1)) {
      const Key* key = config.find(name.substr(0, dot));
      if (key && key->name == name.substr(0, dot)) {
        throw SettingError(fmt::format("{}{} is a table; expected {}", where, key->name, expected(*key)));
      }
    }
    std::vector<std::string> names;
    for (const Key& each : config.keys_) names.push_back(each.name);
    throw SettingError(
        fmt::format("{}key '{}' is not known{}", where, name, meant(config.keys_, name, names)));
  }

  Origin own_;
  bool recorded_;
};

void Config::take_toml(const std::string& path, bool recorded) {
  const TomlSettings file = read_settings(path);
  const FileReader reader(path, recorded);
  reader.take(file.settings, *this);
  std::vector<Config> stages;
  for (const TomlStage& table : file.stages) {
    Config stage(stage_keys());
    stage.label_ = fmt::format("stage {}: ", stages.size() + 1);
    stage.where_ = table.where + stage.label_;
    reader.take(table.settings, stage);
    stages.push_back(std::move(stage));
  }
  if (stages_.empty()) stages_ = std::move(stages);
}

void Config::take_file(const std::string& path) { take_toml(path, false); }
void Config::take_run(const std::string& path) { take_toml(path, true); }

}  // namespace luge::experiment
