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
  /// So many batches give one update, along the mean of their gradients; the last batch of an epoch gives one
  /// with what there is. The gradients are kept in slots, so that memory is that of one batch.
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
  double loss_sum = 0;  // over the rows of this epoch
  std::int64_t rows = 0;
};

/// Copies share everything. A step is a batch, one compiled program: forward, loss, backward, update,
/// metrics.
class Trainer {
 public:
  Trainer(nn::Model net, loss::Loss loss, optim::Optimizer optimizer, const TrainerOptions& options = {});

  /// Makes parameters and optimizer state for such data and writes down in the network what it is: classes,
  /// scaling. fit begins with it; call it before restore, plan and explain.
  void prepare(const data::Info& info);
  /// Trains. Throws, before anything changes: ValueError for empty data or a negative number of epochs,
  /// ShapeError for validation data of another shape, IndexError naming the sample for a label that is no
  /// class. NonFiniteError names step, epoch, and the first layer and tensor when the loss is no finite
  /// number; all state is then as before the step.
  History fit(const data::Batches& training, const FitOptions& options = {});
  /// Loss and metrics in eval mode. Throws ValueError for empty data.
  Evaluation evaluate(const data::Batches& batches);
  /// The network's outputs in eval mode.
  Tensor predict(const Tensor& inputs);

  /// Writes a checkpoint: network, graph, optimizer, metrics, position, random generator, history, callbacks.
  void save(const std::string& path) const;
  /// Goes on where a checkpoint stands: the next fit continues it. Throws FormatError listing what is
  /// missing, extra or of another shape, and changes nothing then.
  void restore(const std::string& path);

  /// Memory of one training step on such a batch, and its program as text; compiles it, runs nothing.
  PlanInfo plan(const data::Batch& batch) const;
  std::string explain(const data::Batch& batch) const;
  /// The same with the mean time of each kernel over so many training steps on this batch, which train the
  /// network.
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
