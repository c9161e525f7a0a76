// What the copies of a Trainer share.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "luge/train/trainer.h"
#include "train/data_mark.h"
#include "train/steps.h"

namespace luge::train {

struct Trainer::Impl {
  Impl(nn::Model net, TaskRef task, std::vector<Trained> trained, std::vector<Measure> measures,
       const TrainerOptions& options);

  /// Adds what a step had to the sums over batches.
  static void add(const std::vector<StepResult>& results, std::vector<LossSum>& sums);
  /// Losses and metrics so far.
  Logs logs(const std::vector<LossSum>& sums, const std::vector<Measure>& measured) const;
  /// The figures of a training: the losses, the metrics, and the same for the validation data.
  Columns columns(bool validates) const;
  /// All state, with the names that it has in a file.
  std::vector<nn::NamedVariable> state() const;
  /// All state except the network's.
  std::vector<nn::NamedVariable> state_beside() const;
  /// Creates the state of optimizers and averages for the parameters, which have been created.
  void track();
  std::vector<LossSum> no_sums() const { return std::vector<LossSum>(steps.trained().size()); }
  /// What a checkpoint names its optimizers and losses by.
  std::string optimizer_names() const;
  std::string loss_names() const;

  nn::Model net;
  TaskRef task;
  std::vector<metrics::HostMetric> host_metrics;
  std::int64_t accumulate;
  Steps steps;

  // What came before it, when it is one stage of several.
  struct Before {
    std::int64_t stage = 0, steps = 0;
    std::string name;
    std::vector<EpochRecord> epochs;
  } before;

  Position position;
  History history;
  bool restored = false;  // the next fit continues
  std::map<std::string, std::string> callback_states;
  std::map<std::string, std::vector<std::pair<std::string, Tensor>>> callback_tensors;  // by the same keys
  std::vector<CallbackRef> callbacks;                                                   // of the running fit
  DataMark data, validation;  // training and validation data
};

/// Calls visit(key, callback) for the callbacks that have state. The keys are distinct, also for equal names.
template <class Visit>
void for_each_state(const std::vector<CallbackRef>& callbacks, Visit visit) {
  std::map<std::string, int> known;
  for (const CallbackRef& callback : callbacks) {
    const std::string name = callback->name();
    if (name.empty()) continue;
    const int number = ++known[name];
    visit(number == 1 ? name : name + "#" + std::to_string(number), *callback);
  }
}

}  // namespace luge::train
