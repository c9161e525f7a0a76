// What a configuration chooses of families, and the options that belong to it.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/nearest.h"
#include "core/registry.h"
#include "experiment/class_weights.h"
#include "experiment/key_names.h"
#include "luge/experiment/config.h"

namespace luge::experiment {
namespace {

// How strong a value is: what a person just said, a file, the model, the data, the default.
int rank(Source source) {
  return std::max(static_cast<int>(Source::resume), static_cast<int>(source)) -
         static_cast<int>(Source::resume);
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

const OptionOf* owner_of(const Key& option, const std::string& member) {
  for (const OptionOf& owner : option.owners) {
    if (owner.member == member) return &owner;
  }
  return nullptr;
}

const Family& family_of(const Key& key) { return *find_family(key.family); }

bool is_list(const Key& choice) { return choice.info && choice.info->kind == options::Kind::texts; }

std::vector<std::string> option_names(const Member& member) {
  std::vector<std::string> names;
  for (const options::Info& info : member.options) names.push_back(info.name);
  return names;
}

// What a person probably means by an option that the member does not have: what the member calls it, or
// another member that has it.
std::string meant_option(const Key& option, const Key& choice, const Member& member) {
  for (const options::Info& info : member.options) {
    if (contains(info.elsewhere, option.option)) return fmt::format("did you mean {}? it", info.name);
  }
  if (const auto near = nearest(option.option, option_names(member), 1); !near.empty())
    return fmt::format("did you mean {}? it", near.front());
  // A member that is called like its option is the one that the option is best known from.
  const std::string& other = owner_of(option, option.option) ? option.option : option.owners.front().member;
  return fmt::format("did you mean {}={}? {}", choice.aliases.empty() ? choice.name : choice.aliases.front(),
                     other, member.name);
}

// The member that a text names: "top-k" for "top5"; empty when there is none.
std::string member_of(const Family& family, const std::string& text) {
  try {
    return family.member(text).name;
  } catch (const ValueError&) {
    return "";
  }
}

// What the value of a key says.
std::vector<std::string> said_for(const Config& config, const Key& choice) {
  if (!config.has(choice.name)) return {};
  if (!is_list(choice)) return {config.text(choice.name)};
  return std::get<std::vector<std::string>>(config.value(choice.name, *choice.info));
}

// The members that the value of a key names, if all of them exist.
std::optional<std::vector<std::string>> named(const Config& config, const Key& choice) {
  if (!config.has(choice.name)) return std::nullopt;
  std::vector<std::string> members = said_for(config, choice);
  for (std::string& member : members) {
    member = member_of(family_of(choice), member);
    if (member.empty()) return std::nullopt;
  }
  return members;
}

}  // namespace

const Key* Config::find_choosing(std::string_view family) const {
  for (const Key& key : keys_) {
    if (key.family == family && key.option.empty()) return &key;
  }
  return nullptr;
}

const Key& Config::choosing(std::string_view family) const {
  if (const Key* key = find_choosing(family)) return *key;
  throw SettingError(fmt::format("no key chooses the {}", family));
}

// Whether the option is of one of these members. One that is not is left aside when the choice is stronger:
// optimizer=sgd on the command line does not ask for a file without beta1.
bool Config::is_of(const Key& option, const std::vector<std::string>& members) const {
  const bool own = std::any_of(members.begin(), members.end(), [&](const std::string& member) {
    return owner_of(option, member) != nullptr;
  });
  if (own) return true;
  const Key& choice = choosing(option.family);
  if (rank(origin(option.name).source) > rank(origin(choice.name).source)) return false;
  refuse_option(option, members);
}

void Config::refuse_option(const Key& option, const std::vector<std::string>& members) const {
  const Key& choice = choosing(option.family);
  if (is_list(choice)) {
    const std::string& owner = option.owners.front().member;
    throw SettingError(fmt::format("{}: {} is not among {}={}; without it there is nothing that it changes",
                                   said(option.name), owner, shown(choice.name),
                                   members.empty() ? "none" : fmt::format("{}", fmt::join(members, ","))));
  }
  if (members.empty()) {
    throw SettingError(fmt::format("{}: {} is not one of the {}, which have options", said(option.name),
                                   said(choice.name), family_of(choice).called().many));
  }
  const Member member = family_of(choice).member(members.front());
  const std::vector<std::string> has = option_names(member);
  throw SettingError(fmt::format("{}: {} {} has no option '{}'; {} has {}", said(option.name), option.family,
                                 member.name, option.option, meant_option(option, choice, member),
                                 has.empty() ? "no options" : fmt::format("{}", fmt::join(has, ", "))));
}

options::Values Config::values_of(const Key& choice, const std::vector<std::string>& members,
                                  const std::string& member) const {
  options::Values values;
  for (const Key& key : keys_) {
    if (key.family != choice.family || key.option.empty() || !given(key.name) || !is_of(key, members))
      continue;
    const OptionOf* owner = owner_of(key, member);
    if (!owner || follows_from_data(key, text(key.name))) continue;
    // A default that is given is none: a run that reads its own configuration is made in the same way.
    if (options::Value own = value(key.name, owner->info); own != owner->info.fallback)
      values.emplace_back(key.option, std::move(own));
  }
  return values;
}

Choice Config::chosen(std::string_view family) const {
  const Key& choice = choosing(family);
  const std::string name = text(choice.name), member = member_of(family_of(choice), name);
  if (member.empty())
    throw SettingError(
        fmt::format("{} is not known{}", said(choice.name), suggestion(name, family_of(choice).names())));
  return {name, values_of(choice, {member}, member)};
}

Choice Config::chosen_or_file(std::string_view family) const {
  const Key& choice = choosing(family);
  const std::string name = text(choice.name);
  if (!member_of(family_of(choice), name).empty()) return chosen(family);
  values_of(choice, {}, "");  // refuses options
  return {name, {}};
}

std::vector<Choice> Config::all_chosen(std::string_view family) const {
  const Key& choice = choosing(family);
  std::vector<Choice> all;
  std::vector<std::string> members;
  if (has(choice.name)) {
    const options::Value names = value(choice.name, *choice.info);
    for (const std::string& name : std::get<std::vector<std::string>>(names)) {
      if (std::any_of(all.begin(), all.end(), [&](const Choice& other) { return other.name == name; }))
        throw SettingError(fmt::format("{}: {} is named twice", said(choice.name), name));
      all.push_back({name, {}});
    }
  }
  for (const Choice& each : all) {
    members.push_back(member_of(family_of(choice), each.name));
    if (members.back().empty())
      throw SettingError(fmt::format("{}: '{}' is not known{}", said(choice.name), each.name,
                                     suggestion(each.name, family_of(choice).names())));
  }
  for (std::size_t k = 0; k < all.size(); ++k) {
    all[k].values = values_of(choice, members, members[k]);
    if (all[k].values.empty() || all[k].name == members[k]) continue;
    for (const Key& key : keys_) {
      if (key.family != family || key.option != all[k].values.front().first || !owner_of(key, members[k]))
        continue;
      throw SettingError(
          fmt::format("{}: {} says that itself; write {} instead", said(key.name), all[k].name, members[k]));
    }
  }
  if (members.empty()) values_of(choice, members, "");  // refuses options of what is not chosen
  return all;
}

std::vector<std::pair<std::string, options::Value>> Config::chosen_options(std::string_view family) const {
  const Key& choice = choosing(family);
  std::vector<std::pair<std::string, options::Value>> all;
  if (!named(*this, choice)) return all;
  const std::vector<std::string> texts = said_for(*this, choice);
  for (const Key& key : keys_) {
    if (key.family != family || key.option.empty()) continue;
    for (const std::string& text : texts) {
      const std::string member = member_of(family_of(choice), text);
      const OptionOf* owner = owner_of(key, member);
      if (!owner) continue;
      // "top3" says what its option is; there may be a "top5", too.
      if (!given(key.name) && text != member) continue;
      all.emplace_back(key.name, given(key.name) ? option_value(key) : owner->info.fallback);
      break;
    }
  }
  return all;
}

void Config::drop_options(std::string_view family) {
  const Key& choice = choosing(family);
  const auto members = named(*this, choice);
  if (!members) return;
  for (const Key& key : keys_) {
    if (key.family != family || key.option.empty()) continue;
    const bool own = std::any_of(members->begin(), members->end(),
                                 [&](const std::string& member) { return owner_of(key, member) != nullptr; });
    if (!own) settings_.erase(key.name);
  }
}

options::Value Config::option_value(const Key& key) const {
  if (follows_from_data(key, text(key.name))) return text(key.name);
  const Key* choice = find_choosing(key.family);
  if (const auto members = choice ? named(*this, *choice) : std::nullopt) {
    for (const std::string& member : *members) {
      if (const OptionOf* owner = owner_of(key, member)) return value(key.name, owner->info);
    }
  }
  for (const OptionOf& owner : key.owners) {
    try {
      return value(key.name, owner.info);
    } catch (const SettingError&) {
      if (&owner == &key.owners.back()) throw;
    }
  }
  return {};
}

void Config::check_option(const Key& key) const {
  const Key* choice = find_choosing(key.family);
  const auto members = choice ? named(*this, *choice) : std::nullopt;
  if (!members || is_of(key, *members)) option_value(key);
}

void Config::check_value(const Key& key) const {
  if (!key.option.empty()) return check_option(key);
  if (!key.info) return;
  const options::Value own = value(key.name, *key.info);
  if (!key.accept) return;
  try {
    key.accept(own);
  } catch (const ValueError&) {
    refuse(key.name, key.info->expected());
  }
}

void Config::check() const {
  for (const Key& key : keys_) {
    if (given(key.name)) check_value(key);
  }
  for (const Config& stage : stages_) stage.check();
}

}  // namespace luge::experiment
