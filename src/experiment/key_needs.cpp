#include "experiment/key_needs.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "experiment/key_names.h"

namespace luge::experiment {
namespace {

// A resumption is stronger than the command that began the run, and that than a file and what follows.
int strength(Source source) {
  if (source == Source::resume) return -2;
  return source == Source::command_line || source == Source::program ? -1 : static_cast<int>(source);
}

// A key without its default is one of a part of a configuration, which leaves it as it is.
bool is_open(const Config& config, const Key& key) {
  return !config.has(key.name) && key.info && !options::text(key.info->fallback).empty();
}

bool is_met(const Config& config, const Need& need) {
  const Key* key = find_key(config.keys(), need.key);
  if (!key || is_open(config, *key)) return true;  // this command does not have it
  if (!config.has(key->name)) return false;
  const options::Value value =
      key->info ? config.value(key->name, *key->info) : options::Value(config.text(key->name));
  if (need.values.empty()) return options::text(value) != key->fallback;
  return std::ranges::find(need.values, options::text(value)) != need.values.end();
}

// A stage may have what the training as a whole has not.
bool is_met_somewhere(const Config& config, const Need& need) {
  if (is_met(config, need)) return true;
  return std::ranges::any_of(config.stages(), [&](const Config& stage) {
    return stage.knows(need.key) && stage.given(need.key) && is_met(stage, need);
  });
}

std::string expected(const Config& config, const Need& need) {
  const std::string name = short_name(config.keys(), *find_key(config.keys(), need.key));
  std::vector<std::string> all;
  for (const std::string& value : need.values) all.push_back(fmt::format("{}={}", name, value));
  if (all.empty()) all.push_back(name + "=");
  return fmt::format("{} with it; without that it does nothing", fmt::join(all, " or "));
}

}  // namespace

bool is_asked(const Config& config, const Key& key) {
  if (!config.given(key.name)) return false;
  const Source source = config.origin(key.name).source;
  if (source == Source::command_line || source == Source::resume) return true;
  if (source == Source::model || source == Source::data) return false;  // it was not chosen
  return !key.info || options::text(config.value(key.name, *key.info)) != key.fallback;
}

bool is_left_aside(const Config& config, std::string_view key, std::string_view other) {
  return config.given(other) && strength(config.origin(other).source) < strength(config.origin(key).source);
}

void check_needs(const Config& config, const Config* stage) {
  for (const Key& key : config.keys()) {
    if (key.needs.empty() || !is_asked(config, key)) continue;
    if (stage && !(stage->knows(key.name) && stage->given(key.name))) continue;
    for (const Need& need : key.needs) {
      if (is_met_somewhere(config, need) || is_left_aside(config, key.name, need.key)) continue;
      config.refuse(key.name, expected(config, need));
    }
  }
}

}  // namespace luge::experiment
