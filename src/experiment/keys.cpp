// The keys of `train`, and what of them plan, explain and gradcheck share.
#include "experiment/keys.h"

#include <algorithm>
#include <utility>

#include "experiment/aid_options.h"
#include "experiment/data_reader.h"
#include "experiment/family_keys.h"
#include "experiment/monitor_modes.h"
#include "experiment/nonfinite_options.h"
#include "experiment/picture_keys.h"
#include "experiment/picture_views.h"
#include "experiment/readers/cifar_keys.h"
#include "experiment/report_options.h"
#include "experiment/sampling_options.h"
#include "experiment/several_options.h"
#include "experiment/share_options.h"
#include "experiment/train_options.h"
#include "experiment/tuning_options.h"
#include "experiment/watching_options.h"
#include "experiment/whitened_layer.h"

namespace luge::experiment {
namespace {

void append(std::vector<Key>& to, std::vector<Key> more) {
  for (Key& key : more) to.push_back(std::move(key));
}

// The keys that a beginner needs are first: lists that are too long to print are cut after them.
constexpr std::string_view kFirst[] = {"model.name",  "data.name",      "train.epochs",
                                       "train.batch", "optimizer.name", "optimizer.learning_rate",
                                       "loss.name",   "train.metrics",  "train.seed"};

// Options of registered things that have no short name of their own are last: there are many.
std::vector<Key> common_first(std::vector<Key> keys) {
  const auto rank = [](const Key& key) {
    return std::pair(std::find(std::begin(kFirst), std::end(kFirst), key.name),
                     !key.option.empty() && key.aliases.empty());
  };
  std::stable_sort(keys.begin(), keys.end(), [&](const Key& a, const Key& b) { return rank(a) < rank(b); });
  return keys;
}

// What a network is, and how it learns, with or without data.
bool needs_data(std::string_view family) {
  return family == "data" || family == "task" || family == "augmentation" || family == "feature";
}

}  // namespace

std::vector<Key> model_keys() {
  std::vector<Key> keys;
  for (const std::string& family : keyed_families()) {
    if (!needs_data(family)) append(keys, family_keys(family));
  }
  append(keys, keys_of<WarmUpOptions>());
  append(keys, keys_of<StepOptions>());
  return common_first(std::move(keys));
}

std::vector<Key> table_keys() {
  std::vector<Key> keys = keys_of<ReaderOptions>();
  append(keys, keys_of<BadFileKeys>());
  append(keys, keys_of<PictureFileKeys>());
  append(keys, keys_of<CifarKeys>());
  append(keys, keys_of<TableOptions>());
  return keys;
}

std::vector<Key> task_keys() {
  std::vector<Key> keys = member_option_keys("task");
  std::erase_if(keys, [](const Key& key) { return key.option == kScaling; });
  return keys;
}

std::vector<Key> training_keys() {
  std::vector<Key> keys = model_keys();
  append(keys, keys_of<LengthOptions>());
  append(keys, keys_of<DataOptions>());
  append(keys, keys_of<AidOptions>());
  append(keys, keys_of<PictureKeys>());
  append(keys, keys_of<WhiteningKeys>());
  append(keys, keys_of<SamplingKeys>());
  append(keys, keys_of<LimitOptions>());
  append(keys, keys_of<FoldOptions>());
  append(keys, keys_of<EnsembleOptions>());
  append(keys, keys_of<ShareOptions>());
  append(keys, keys_of<EarlyStoppingKeys>());
  append(keys, keys_of<EarlyStoppingMode>());
  append(keys, keys_of<StopAtKeys>());
  append(keys, keys_of<StopAtMode>());
  append(keys, keys_of<PlateauKeys>());
  append(keys, keys_of<PlateauMode>());
  append(keys, keys_of<AveragingKeys>());
  append(keys, keys_of<CheckpointKeys>());
  append(keys, keys_of<ReportKeys>());
  append(keys, keys_of<NonFiniteKeys>());
  append(keys, keys_of<WatchingOptions>());
  append(keys, keys_of<ScheduleLengthOptions>());
  append(keys, keys_of<InitialOptions>());
  append(keys, keys_of<InitOptions>());
  append(keys, keys_of<WhitenedLayerKeys>());
  append(keys, keys_of<ViewsKeys>());
  append(keys, keys_of<FreezeOptions>());
  append(keys, keys_of<FolderOptions>());
  append(keys, keys_of<TerminalOptions>());
  append(keys, keys_of<ReaderOptions>());
  append(keys, reader_keys());
  keys.push_back(choice_key("task"));
  append(keys, task_keys());
  for (const std::string& family : keyed_families()) {
    if (needs_data(family) && family != "task") append(keys, family_keys(family));
  }
  return common_first(std::move(keys));
}

std::vector<Key> model_and_input_keys() {
  std::vector<Key> keys = model_keys();
  keys.push_back({"input", "extents of one sample, such as 1x28x28"});
  return keys;
}

std::vector<Key> stage_keys() {
  std::vector<Key> keys = keys_of<StageOptions>();
  // What is the same in all stages: the network, the data and the task.
  constexpr std::string_view own[] = {"train.epochs",
                                      "train.batch",
                                      "train.clip_norm",
                                      "train.clip_value",
                                      "train.regularizers",
                                      "train.constraints",
                                      "regularizer.",
                                      "constraint.",
                                      "optimizer.",
                                      "schedule.",
                                      "callbacks.early_stopping.",
                                      "callbacks.stop_at.",
                                      "callbacks.plateau."};
  for (Key& key : training_keys()) {
    if (std::none_of(std::begin(own), std::end(own),
                     [&](std::string_view prefix) { return key.name.starts_with(prefix); }))
      continue;
    key.fallback.clear();
    keys.push_back(std::move(key));
  }
  return keys;
}

}  // namespace luge::experiment
