#include "experiment/family_keys.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/registry.h"
#include "experiment/option_keys.h"

namespace luge::experiment {
namespace {

// What a training chooses. A family that is not listed has a key all the same, with its one name as the short
// form.
struct ChoiceOptions {
  static constexpr const char* table = "";
  std::string model, data, optimizer, loss, schedule = "constant", task = "auto";
  std::optional<std::vector<std::string>> metrics = {};
  std::vector<std::string> augment = {}, features = {};
  static void fields(auto& self, auto&& field) {
    using namespace options;
    field("model.name", self.model, "network of the gallery (luge list models), or a network file (.toml)",
          also({"model"}), elsewhere({"net", "network", "arch", "architecture"}));
    field("data.name", self.data, "data set (luge list data), folder of IDX files, CSV file, or text file",
          also({"data"}), elsewhere({"dataset", "data_set", "file", "directory"}));
    field("optimizer.name", self.optimizer, "what changes the weights", also({"optimizer"}),
          elsewhere({"opt", "solver", "optim", "optimiser"}));
    field("loss.name", self.loss, "what the training minimizes", also({"loss"}),
          elsewhere({"criterion", "objective", "cost"}));
    field("train.metrics", self.metrics, "figures besides the loss, or none", elsewhere({"metric"}));
    field("schedule.name", self.schedule, "how the learning rate changes", also({"schedule"}),
          elsewhere({"scheduler", "lr_schedule", "lr_scheduler"}));
    field(
        "task.name", self.task,
        "what to learn (luge list tasks); auto follows from model and data, and says for a column of numbers",
        also({"task", "data.task"}));
    field("data.augment", self.augment, "random changes of the training data, in this order",
          elsewhere({"augmentation", "augmentations", "transforms"}));
    field("data.features", self.features, "columns that are made of those of the data, in this order",
          elsewhere({"feature", "basis"}));
  }
};

// Names are listed with the help where they fit into a line.
constexpr std::size_t kMostNames = 12;

std::string help_of(const Family& family, const std::string& help) {
  const std::vector<std::string> names = family.names();
  const bool pointed = help.find("luge list") != std::string::npos;  // it says where the names are
  if (pointed) return help;
  if (names.size() > kMostNames) return fmt::format("{} (luge list {})", help, family.called().many);
  return fmt::format("{}: {}", help, fmt::join(names, ", "));
}

void add_missing(std::vector<std::string>& to, const std::vector<std::string>& more) {
  for (const std::string& name : more) {
    if (std::find(to.begin(), to.end(), name) == to.end()) to.push_back(name);
  }
}

std::string joined(const std::vector<std::string>& names) {
  return fmt::format("{}", fmt::join(names, ", "));
}

// "adam, adamw: the decay of the mean (default 0.9)": members of one help and default are told together.
std::string help_of(const Family& family, const std::vector<OptionOf>& owners) {
  std::vector<std::pair<std::string, std::vector<std::string>>> told;
  for (const OptionOf& owner : owners) {
    const std::string fallback = options::text(owner.info.fallback);
    const std::string help =
        fallback.empty() ? owner.info.help : fmt::format("{} (default {})", owner.info.help, fallback);
    const auto same =
        std::find_if(told.begin(), told.end(), [&](const auto& each) { return each.first == help; });
    if (same == told.end()) {
      told.push_back({help, {owner.member}});
    } else {
      same->second.push_back(owner.member);
    }
  }
  if (told.size() == 1 &&
      (owners.size() == family.names().size() || !family.called().options_of_each.empty()))
    return told.front().first;
  std::vector<std::string> parts;
  for (const auto& [help, members] : told) parts.push_back(fmt::format("{}: {}", joined(members), help));
  return fmt::format("{}", fmt::join(parts, "; "));
}

}  // namespace

Key choice_key(std::string_view one) {
  const Family& family = *find_family(one);
  const std::string& name = family.called().key;
  for (Key& key : keys_of<ChoiceOptions>()) {
    if (key.name != name) continue;
    key.help = help_of(family, key.help);
    key.family = one;
    return std::move(key);
  }
  Key key = option_key("", {.name = name, .help = help_of(family, "the " + family.called().one)});
  key.info->kind = family.called().options_of_each.empty() ? options::Kind::text : options::Kind::texts;
  key.aliases = {family.called().one};
  key.family = one;
  return key;
}

std::vector<Key> member_option_keys(std::string_view one) {
  const Family& family = *find_family(one);
  std::vector<Key> keys;
  for (const std::string& name : family.names()) {
    for (const options::Info& info : family.member(name).options) {
      const std::string whole = fmt::format("{}.{}", family.table(name), info.name);
      auto key = std::find_if(keys.begin(), keys.end(), [&](const Key& each) { return each.name == whole; });
      if (key == keys.end()) {
        keys.push_back({.name = whole, .help = "", .family = std::string(one), .option = info.name});
        key = keys.end() - 1;
      }
      key->owners.push_back({name, info});
      add_missing(key->aliases, info.aliases);
      add_missing(key->elsewhere, info.elsewhere);
    }
  }
  for (Key& key : keys) key.help = help_of(family, key.owners);
  std::stable_partition(keys.begin(), keys.end(), [](const Key& key) { return !key.aliases.empty(); });
  return keys;
}

std::vector<Key> family_keys(std::string_view family) {
  std::vector<Key> keys = {choice_key(family)};
  for (Key& key : member_option_keys(family)) keys.push_back(std::move(key));
  return keys;
}

std::vector<std::string> keyed_families() {
  std::vector<std::string> names;
  for (const options::Info& info : options::infos<ChoiceOptions>()) {
    for (const Family* family : families()) {
      if (family->called().key == info.name) names.push_back(family->called().one);
    }
  }
  for (const Family* family : families()) {
    const FamilyNames& called = family->called();
    if (!called.key.empty() && std::find(names.begin(), names.end(), called.one) == names.end())
      names.push_back(called.one);
  }
  return names;
}

}  // namespace luge::experiment
