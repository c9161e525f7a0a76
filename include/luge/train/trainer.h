// Trainer: trains a network, evaluates it, and saves checkpoints from which a training continues bit for bit.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <map>
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
#include "luge/train/averaging.h"
#include "luge/train/callback.h"
#include "luge/train/history.h"
#include "luge/train/rate_finder.h"
#include "luge/train/task.h"

namespace luge::train {

/// Options of a Trainer.
struct TrainerOptions {
  /// What is measured besides the loss, of the first output of the network and the field "target".
  std::vector<metrics::Metric> metrics = {};
  /// The number of batches that give one update, as one large batch would. The last batch of an epoch always
  /// gives an update, with the batches that there are. Gradients are summed in slots, so that the memory is
  /// that of one batch.
  std::int64_t accumulate = 1;
  std::optional<Averaging> averaging = {};  ///< averages of the parameters; evaluation uses them
};

/// Options of Trainer::fit.
struct FitOptions {
  /// The number of passes over the data, those before a checkpoint was restored included.
  std::int64_t epochs = 1;
  /// The validation data. It is evaluated after each epoch; the names of its figures begin with val_.
  std::optional<data::Batches> validation = {};
  std::vector<CallbackRef> callbacks = {};  ///< called in this order between the steps
  /// The number of steps after which an epoch ends. 0: the number of batches of the data.
  std::int64_t steps_per_epoch = 0;
  /// The largest number of steps, those before a checkpoint was restored included. The last epoch may be
  /// shorter for it. 0: no limit.
  std::int64_t steps = 0;
  /// Continue a restored training even when the data, the batch size or the shuffling has changed.
  bool accept_changed_data = false;
};

/// The result of Trainer::evaluate.
struct Evaluation {
  std::int64_t samples = 0;  ///< the number of samples
  double seconds = 0;        ///< the duration
  Logs metrics;              ///< the loss and the metrics
};
/// Writes "loss: 0.3012 - accuracy: 0.8903 (10000 samples)".
std::ostream& operator<<(std::ostream& out, const Evaluation& evaluation);

/// The cost of one objective over some batches.
struct LossSum {
  double cost = 0;    ///< Σ weight·cost
  double weight = 0;  ///< Σ weight; 1 when costs are added and not divided
  bool root = false;  ///< the loss is a square root
  /// Returns cost / weight, or its square root; NaN when nothing counted.
  double loss() const;
  /// Returns true when both are equal.
  bool operator==(const LossSum&) const = default;
};

/// How far a training has come.
struct Position {
  std::int64_t epoch = 0;            ///< the number of the epoch, counted from 0
  std::int64_t step = 0;             ///< the number of finished steps of this epoch
  std::int64_t total_steps = 0;      ///< the number of finished steps of the whole training
  std::int64_t updates = 0;          ///< the number of updates of the whole training
  std::vector<LossSum> losses = {};  ///< the objectives over this epoch so far
  std::int64_t stage = 0;            ///< the number of the stage of train::Stages, counted from 0
  std::string stage_name = {};       ///< the name of the stage; empty for a training without stages
};

/// Trains a network. A step takes one batch and is one compiled program: forward, loss, backward, update and
/// metrics. With a task of several objectives, each has an optimizer of its own. Copies share their state.
///
///     train::Trainer trainer(net, loss::SoftmaxCrossEntropy(), optim::Adam(1e-3));
///     auto history = trainer.fit(data.shuffle().batch(64), {.epochs = 5});
class Trainer {
 public:
  /// Makes a trainer. Throws ValueError when two figures have one name, when a metric is not a single number,
  /// when the loss has Reduction::none, when accumulate is below 1, and when the network is empty.
  Trainer(nn::Model net, loss::Loss loss, optim::Optimizer optimizer, const TrainerOptions& options = {});
  /// Makes a trainer for a task. Each objective has an optimizer like this one. Throws ValueError as above,
  /// and when the task has no objectives or one of them is not complete.
  Trainer(nn::Model net, TaskRef task, const optim::Optimizer& optimizer, const TrainerOptions& options = {});
  /// Makes a trainer for a task, with an optimizer for each objective by its name. Throws ValueError as
  /// above, and when the names of the optimizers are not those of the objectives.
  Trainer(nn::Model net, TaskRef task, const std::map<std::string, optim::Optimizer>& optimizers,
          const TrainerOptions& options = {});

  /// Creates the parameters and the optimizer state for such data, and records in the metadata of the network
  /// what the data is: shape, class names, scaling. fit calls it first; call it before restore, plan and
  /// explain.
  void prepare(const data::Info& info);
  /// Trains the network in train mode; parts that were put into eval mode by their own set_training(false)
  /// stay in it. The loss of an epoch is the weighted mean over all its samples, independent of the batches.
  /// Metrics leave out the targets that the loss ignores. Throws ValueError for data without samples or
  /// targets and for a negative number of epochs, and ShapeError for validation data of another shape, before
  /// anything changes. A target that is out of range throws ValueError, and a label that is not a class
  /// throws IndexError naming the sample, before the step of its batch. When the loss or a gradient is not
  /// finite, throws NonFiniteError naming step, epoch, layer and tensor; the state is then that before the
  /// step.
  History fit(const data::Batches& training, const FitOptions& options = {});
  /// Computes loss and metrics in eval mode and changes nothing, so that a callback may call it inside an
  /// epoch. Throws ValueError for data without samples, and for targets as fit does.
  Evaluation evaluate(const data::Batches& batches);
  /// Returns the outputs of the network in eval mode for a batch of inputs that are scaled already. Nothing
  /// changes.
  Tensor predict(const Tensor& inputs);
  /// Returns the outputs for inputs by their names, such as a data::Batch. Nothing changes.
  NamedTensors predict(const NamedTensors& inputs);

  /// Writes a checkpoint: network with graph, optimizer, metrics, position, random generator, history and
  /// callbacks. The file is written completely or not at all. Throws FileError when it cannot be written.
  void save(const std::string& path) const;
  /// Reads a checkpoint; the next fit continues its training. Throws FileError when the file cannot be read.
  /// Throws FormatError when it was made by another model, optimizer or loss, listing what is missing, extra
  /// or of another shape; nothing changes then.
  void restore(const std::string& path);

  /// Returns the memory that one training step on such a batch needs. The step is compiled but not run.
  PlanInfo plan(const data::Batch& batch) const;
  /// Returns the program of one training step on such a batch as text. The step is compiled but not run.
  std::string explain(const data::Batch& batch) const;
  /// Runs this many training steps on a batch and returns the program as text with the mean time of each
  /// kernel. The state is afterwards that before the call.
  std::string profile(const data::Batch& batch, std::int64_t steps);

  /// Tries learning rates that rise from step to step, and returns the loss at each. The state is afterwards
  /// that before the call. Throws ValueError when an option is out of range or the data has no samples, and
  /// StateError for an optimizer that searches.
  RateCurve find_rate(const data::Batches& training, const RateFinderOptions& options = {});

  /// Returns the gradients of the objectives on a batch in train mode, each with respect to the parameters
  /// that it trains, under their paths. Of several objectives they are added. Regularizers and clipping are
  /// left out. Nothing changes. Throws what the objectives throw.
  NamedTensors gradients(const data::Batch& batch) const;

  /// Returns the names of the figures that fit measures: the loss and the metrics, and with validation also
  /// these names after val_.
  std::vector<std::string> figures(bool validates) const;

  /// Returns all that an evaluation depends on: parameters, buffers, and averages of the parameters.
  std::vector<nn::NamedVariable> weights() const;
  /// Returns the network.
  const nn::Module& net() const;
  /// Returns the task.
  const Task& task() const;
  /// Returns the names of the objectives, in order.
  std::vector<std::string> objectives() const;
  /// Returns the optimizer; of several that of the first objective.
  const optim::Optimizer& optimizer() const;
  /// Returns the optimizer of an objective. Throws ValueError that lists the objectives when there is none of
  /// this name.
  const optim::Optimizer& optimizer(std::string_view objective) const;
  /// Returns how far the training has come.
  const Position& position() const;
  /// Returns what was measured so far.
  const History& history() const;
  /// Returns how often the training step was traced: once for each batch size, and again when the mode
  /// changes.
  std::uint64_t traces() const;

  struct Impl;  // internal

 private:
  friend class Stages;
  std::shared_ptr<Impl> impl_;
};

}  // namespace luge::train
