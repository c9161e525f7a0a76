// What the copies of a Trainer share.
#pragma once

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "luge/compile.h"
#include "luge/train/trainer.h"
#include "train/data_mark.h"

namespace luge::train {

/// Cost and weight of one batch.
using StepResult = std::tuple<Tensor, Tensor>;
using Step = CompiledFunction<StepResult, Tensor, Tensor>;

struct Trainer::Impl {
  Impl(nn::Model net, loss::Loss loss, optim::Optimizer optimizer, const TrainerOptions& options);

  /// Forward, backward and metrics; then the update, or the gradients kept for it.
  StepResult train(const Tensor& x, const Tensor& y, bool update);
  StepResult measure(const Tensor& x, const Tensor& y);
  bool is_summed() const { return loss.reduction() == loss::Reduction::sum; }
  /// Adds a batch to the mean (or, for a loss that is summed, the sum) over batches.
  void add(const StepResult& result, double& loss_sum, double& weight) const;
  /// Runs on the net's inputs without their values: what it says of its targets.
  loss::Targets targets_for(const data::HostBatch& batch) const;
  /// Loss and metrics so far.
  Logs logs(double loss_sum, double weight, const std::vector<metrics::Metric>& measured) const;
  /// What a training measures: loss, metrics, and the same of the validation.
  Columns columns(bool validates) const;
  /// All state there is, by the name it has in a file.
  std::vector<nn::NamedVariable> state() const;
  /// All state except the network's.
  std::vector<nn::NamedVariable> state_beside() const;

  nn::Model net;
  loss::Loss loss;
  optim::Optimizer optimizer;
  std::vector<metrics::Metric> metrics;
  std::vector<metrics::Metric> own_metrics;  // of evaluate, so that it may be called within an epoch
  std::int64_t accumulate;
  Step train_step, accumulate_step, measure_step;
  CompiledFunction<Tensor, Tensor> forward;

  Position position;
  History history;
  bool restored = false;  // the next fit continues
  std::map<std::string, std::string> callback_states;
  std::vector<CallbackRef> callbacks;  // of the fit under way
  DataMark data, validation;           // what it was begun on, and measured on
};

/// Calls visit(key, callback) for those that have state; of several of one name each has a key of its own.
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
