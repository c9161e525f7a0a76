#include "experiment/same_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>

#include "experiment/augmented.h"
#include "experiment/network_entry.h"
#include "experiment/run_config.h"
#include "io/checksum.h"
#include "io/files/input_file.h"
#include "io/run/run_files.h"
#include "luge/experiment/run.h"

namespace luge::experiment {
namespace fs = std::filesystem;
namespace {

using Settings = std::map<std::string, std::string>;

// Tables of what a step depends on. What data are and how they are batched is known by their marks.
constexpr std::string_view kTables[] = {"model.",
                                        "loss.",
                                        "task.",
                                        "train.",
                                        "optimizer.",
                                        "schedule.",
                                        "averaging.",
                                        "callbacks.plateau.",
                                        "regularizer.",
                                        "constraint.",
                                        "callbacks.early_stopping."};
// What of them may be another without another result, or is compared otherwise.
constexpr std::string_view kFree[] = {"model.init", "train.batch", "train.memory"};

constexpr const char* kMixing = "augment of batches";

// `resumable` has the keys that may be others when a run goes on.
bool matters(std::string_view key, const std::vector<Key>& resumable) {
  if (key.starts_with("stage.")) key.remove_prefix(std::min(key.size(), key.find('.', 6) + 1));
  const auto begins = [&](std::string_view table) { return key.starts_with(table); };
  if (std::none_of(std::begin(kTables), std::end(kTables), begins)) return false;
  if (std::find(std::begin(kFree), std::end(kFree), key) != std::end(kFree)) return false;
  return std::none_of(resumable.begin(), resumable.end(), [&](const Key& each) { return each.name == key; });
}

// A network file by its content: the run keeps a copy, which has another path.
std::string by_content(const std::string& path) {
  const io::InputFile file(path);
  std::vector<std::byte> bytes(file.size());
  file.read(0, bytes);
  return fmt::format("a network file of {} bytes with the sum {:016x}", bytes.size(), io::xxh64(bytes));
}

// What makes other batches of the same samples, which the marks of data do not show.
std::string mixing_text(const Config& config) {
  std::string text;
  if (!config.knows("data.augment")) return text;
  for (const Choice& each : config.all_chosen("augmentation")) {
    if (changes_batches(each)) text += (text.empty() ? "" : " ") + options::text(each.name, each.values);
  }
  return text.empty() ? "none" : text;
}

Settings settings_that_matter(const Config& config) {
  Settings settings;
  const std::vector<Key> resumable = resumable_keys();  // hundreds of keys are made for it: once
  for (const auto& [key, value] : recorded_settings(config)) {
    if (matters(key, resumable)) settings[key] = value;
  }
  settings[kMixing] = mixing_text(config);
  const auto model = settings.find("model.name");
  if (model != settings.end() && is_network_file(model->second)) model->second = by_content(model->second);
  return settings;
}

class SameSettings final : public train::Callback {
 public:
  SameSettings(const Config& config, fs::path file)
      : settings_(settings_that_matter(config)), file_(std::move(file)) {
    for (const auto& [key, value] : settings_) {
      if (config.knows(key) && config.given(key)) given_.insert(key);
    }
  }

  std::string name() const override { return "settings"; }
  std::string state() const override { return nlohmann::json(settings_).dump(); }

  void restore(const std::string& text) override {
    const auto json = nlohmann::json::parse(text, nullptr, false);
    if (!json.is_object()) throw FormatError("the checkpoint's state of settings is not a JSON object");
    std::string changed;
    for (const auto& [key, value] : json.items()) {
      const auto own = settings_.find(key);
      const std::string before = value.is_string() ? value.get<std::string>() : value.dump();
      // A key that this version no longer has cannot be compared.
      if (own == settings_.end() || own->second == before) continue;
      changed += fmt::format("{}{} = {} (was {})", changed.empty() ? "" : ", ", key, own->second, before);
    }
    // What has no default is only there when it was given.
    for (const std::string& key : given_) {
      const std::string table = key.substr(0, key.rfind('.') + 1);
      const bool known =
          std::ranges::any_of(json.items(), [&](const auto& item) { return item.key().starts_with(table); });
      if (known && !json.contains(key))
        changed += fmt::format("{}{} = {} (was not given)", changed.empty() ? "" : ", ", key, settings_[key]);
    }
    if (changed.empty()) return;
    throw SettingError(
        fmt::format("{}: {}; a resumed training goes on with the settings that its checkpoint was made with: "
                    "put them back, "
                    "or begin another training with its weights (luge train init={})",
                    file_.string(), changed, file_.parent_path().string()));
  }

 private:
  Settings settings_;
  std::set<std::string> given_;  // of them
  fs::path file_;
};

}  // namespace

train::CallbackRef same_settings(const Config& config, const fs::path& run) {
  return std::make_shared<SameSettings>(config, run / io::kConfigFile);
}

}  // namespace luge::experiment
