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
  /// Returns which targets the loss takes; the network runs on a placeholder.
  loss::Targets targets_for(const data::HostBatch& batch) const;
  /// Loss and metrics so far.
  Logs logs(double loss_sum, double weight, const std::vector<metrics::Metric>& measured) const;
  /// The figures of a training: the loss, the metrics, and the same for the validation data.
  Columns columns(bool validates) const;
  /// All state, with the names that it has in a file.
  std::vector<nn::NamedVariable> state() const;
  /// All state except the network's.
  std::vector<nn::NamedVariable> state_beside() const;

  nn::Model net;
  loss::Loss loss;
  optim::Optimizer optimizer;
  std::vector<metrics::Metric> metrics;
  std::vector<metrics::Metric> own_metrics;  // for evaluate, so that it may be called within an epoch
  std::int64_t accumulate;
  Step train_step, accumulate_step, measure_step;
  CompiledFunction<Tensor, Tensor> forward;

  Position position;
  History history;
  bool restored = false;  // the next fit continues
  std::map<std::string, std::string> callback_states;
  std::vector<CallbackRef> callbacks;  // of the running fit
  DataMark data, validation;           // training and validation data
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
