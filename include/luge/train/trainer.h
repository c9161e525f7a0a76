// Trainer: fits a network to data, measures it, and saves all there is to go on later, bit for bit.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "luge/compile.h"
#include "luge/data/batches.h"
#include "luge/loss/loss.h"
#include "luge/metrics/metric.h"
#include "luge/nn/module.h"
#include "luge/optim/optimizer.h"
#include "luge/tensor.h"
#include "luge/train/callback.h"
#include "luge/train/history.h"

namespace luge::train {

struct TrainerOptions {
  std::vector<metrics::Metric> metrics = {};
  /// So many batches give one update, that of one batch of all their samples; the last batch of an epoch
  /// gives one with what there is. The gradients are kept in slots, so that memory is that of one batch.
  std::int64_t accumulate = 1;
};

struct FitOptions {
  /// Passes over the data, those of a restored training included.
  std::int64_t epochs = 1;
  /// Measured behind every epoch; its figures are called val_….
  std::optional<data::Batches> validation = {};
  std::vector<CallbackRef> callbacks = {};
  /// Ends an epoch after so many steps; 0: the data's own number.
  std::int64_t steps_per_epoch = 0;
  /// Continue a restored training even if data, batch size or shuffling are not those it was begun with.
  bool accept_changed_data = false;
};

struct Evaluation {
  std::int64_t samples = 0;
  double seconds = 0;
  Logs metrics;  // loss, then the metrics
};
/// "loss: 0.3012 - accuracy: 0.8903 (10000 samples)"
std::ostream& operator<<(std::ostream& out, const Evaluation& evaluation);

/// Where a training stands: what a checkpoint holds beside the state of network, optimizer and metrics.
struct Position {
  std::int64_t epoch = 0;  // from 0
  std::int64_t step = 0;   // steps done in it
  std::int64_t total_steps = 0;
  double loss_sum = 0;  // Σ weight·cost of this epoch
  double weight = 0;    // Σ weight
};

/// Copies share everything. A step is a batch, one compiled program: forward, loss, backward, update,
/// metrics.
class Trainer {
 public:
  /// Throws ValueError for metrics of one name, or of the name of another figure of a training, for a metric
  /// that is not one number, and for a loss with Reduction::none.
  Trainer(nn::Model net, loss::Loss loss, optim::Optimizer optimizer, const TrainerOptions& options = {});

  /// Makes parameters and optimizer state for such data and writes down in the network what it is: classes,
  /// scaling. fit begins with it; call it before restore, plan and explain.
  void prepare(const data::Info& info);
  /// Trains, in train mode but for the parts that were put into eval mode by a call of their own. The loss of
  /// an epoch is the mean over all of it, weighed as the loss weighs, however it is cut into batches; what
  /// the loss ignores, metrics leave out. Throws, before anything changes: ValueError for empty data, a
  /// negative number of epochs or a target out of range, ShapeError for validation data of another shape,
  /// IndexError naming the sample for a label that is not a class. NonFiniteError names step, epoch, layer
  /// and tensor when the loss or a gradient is not finite; all state is then as before the step.
  History fit(const data::Batches& training, const FitOptions& options = {});
  /// Loss and metrics in eval mode; nothing but its result remains, so callbacks may ask within an epoch.
  /// Throws ValueError for empty data, and for targets as fit does.
  Evaluation evaluate(const data::Batches& batches);
  /// The network's outputs in eval mode; nothing changes.
  Tensor predict(const Tensor& inputs);

  /// Writes a checkpoint: network, graph, optimizer, metrics, position, random generator, history, callbacks.
  void save(const std::string& path) const;
  /// Goes on where a checkpoint stands: the next fit continues it. Throws FormatError listing what is
  /// missing, extra or of another shape, and changes nothing then.
  void restore(const std::string& path);

  /// Memory of one training step on such a batch, and its program as text; compiles it, runs nothing.
  PlanInfo plan(const data::Batch& batch) const;
  std::string explain(const data::Batch& batch) const;
  /// The same with the mean time of each kernel over so many training steps on this batch; then all state is
  /// put back.
  std::string profile(const data::Batch& batch, std::int64_t steps);

  /// Names of what fit measures: the loss and the metrics, and the same behind val_ when it validates.
  std::vector<std::string> figures(bool validates) const;

  const nn::Module& net() const;
  const optim::Optimizer& optimizer() const;
  const Position& position() const;
  const History& history() const;
  /// Steps traced so far: one for each batch size, and one again when the mode changes.
  std::uint64_t traces() const;

  struct Impl;  // internal

 private:
  std::shared_ptr<Impl> impl_;
};

}  // namespace luge::train
