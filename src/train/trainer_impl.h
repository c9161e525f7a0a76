// What the copies of a Trainer share.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "luge/compile.h"
#include "luge/train/trainer.h"
#include "train/data_mark.h"

namespace luge::train {

struct Trainer::Impl {
  Impl(nn::Model net, loss::Loss loss, optim::Optimizer optimizer, const TrainerOptions& options);

  /// Forward, backward and metrics; then the update, or the gradients kept for it.
  Tensor train(const Tensor& x, const Tensor& y, bool update);
  Tensor measure(const Tensor& x, const Tensor& y);
  void reset_metrics();
  /// Loss and metrics so far, each name behind `prefix`.
  Logs logs(double loss_sum, std::int64_t rows, const std::string& prefix) const;

  nn::Model net;
  loss::Loss loss;
  optim::Optimizer optimizer;
  std::vector<metrics::Metric> metrics;
  std::int64_t accumulate;
  CompiledFunction<Tensor, Tensor, Tensor> train_step, gather_step, measure_step;
  CompiledFunction<Tensor, Tensor> forward;

  Position position;
  History history;
  bool restored = false;  // the next fit continues
  std::map<std::string, std::string> callback_states;
  std::vector<CallbackRef> callbacks;  // of the fit under way
  DataMark data, validation;           // what it was begun on, and measured on
};

/// A label of the batch that is no class: throws IndexError naming the sample, the label and the number of
/// classes.
void check_labels(const data::HostBatch& batch, std::int64_t classes);

}  // namespace luge::train
