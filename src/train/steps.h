// The compiled functions of a training: steps over its objectives, and evaluation.
#pragma once

#include <compare>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "luge/compile.h"
#include "luge/train/task.h"
#include "luge/train/trainer.h"
#include "train/average.h"

namespace luge::train {

/// Cost and weight that one objective had on a batch.
struct StepResult {
  std::size_t objective = 0;
  double cost = 0;
  std::optional<double> weight;  // none: costs are added and not divided
  bool root = false;
};

/// How the sums of an objective's batches become its figure.
struct TermKind {
  bool summed = false;  // not divided by weights
  bool root = false;
  static TermKind of(const LossTerm& term) { return {!term.weight.defined(), term.root}; }
};

/// One objective of a training, its optimizer, and its sums over the epoch.
struct Trained {
  Objective objective;
  optim::Optimizer optimizer;
};

/// What one program does of a step.
struct Part {
  std::vector<std::size_t> objectives;  // in order
  bool update = true;                   // false: gradients are only added up
  bool measure = true;                  // metrics are updated
  bool last = true;                     // of the step: averages follow
  auto operator<=>(const Part&) const = default;
};

/// A compiled function of a batch.
using OfBatch = CompiledFunction<Tensors, data::Batch>;

class Steps {
 public:
  Steps(nn::Model net, std::vector<Trained> trained, std::vector<Measure> measures, std::int64_t accumulate,
        std::optional<Average> average);

  /// Runs a part of a step on a batch.
  std::vector<StepResult> run(const Part& part, const data::Batch& batch);
  PlanInfo plan(const Part& part, const data::Batch& batch) { return program(part).plan(batch); }
  std::string explain(const Part& part, const data::Batch& batch) { return program(part).explain(batch); }
  /// How often programs that update parameters were traced.
  std::uint64_t traces() const;

  /// Costs of all objectives in eval mode, and the measures of `measured`; nothing else changes. The outputs
  /// of the network follow when they are asked for.
  struct Evaluated {
    std::vector<StepResult> results;
    NamedTensors outputs;
  };
  Evaluated evaluate(const data::Batch& batch);
  /// Moves the buffers of the averages as a batch moves those of the training.
  void move_norms(const data::Batch& batch);
  /// Whether the last step of an optimizer that searches met its tolerance.
  bool converged() const { return converged_; }

  /// The outputs for inputs, in eval mode.
  NamedTensors predict(const NamedTensors& inputs);

  /// The whole step whose number, counted from 1, is `number`.
  Part whole(std::int64_t number) const;
  /// All objectives, whatever the number of the step.
  Part all() const;
  /// The parts of a step that must come one after the other when several batches give one update.
  std::vector<Part> groups(const Part& part) const;
  /// Batches that give one update must be kept until the last has come: objectives see earlier updates.
  bool keeps_batches() const { return keeps_batches_; }

  /// The parameters of an objective. Throws ValueError for a pattern that matches none.
  std::vector<nn::NamedVariable> parameters_of(const Objective& objective) const;

  const std::vector<Trained>& trained() const { return trained_; }
  const std::vector<Measure>& measures() const { return measures_; }
  const std::vector<Measure>& own_measures() const { return own_measures_; }
  std::optional<Average>& average() { return average_; }
  const std::optional<Average>& average() const { return average_; }
  const nn::Model& net() const { return net_; }
  /// With averages in place of the parameters, within a Probe.
  void take_average() const {
    if (average_) average_->take();
  }
  bool measures_outputs = false;  // evaluate gives the outputs too

 private:
  Tensors train(const Part& part, const data::Batch& batch);
  /// Searches for a step of the one optimizer there is.
  std::vector<StepResult> search(const Part& part, const data::Batch& batch);
  /// Throws ValueError for a training that an optimizer that searches cannot have.
  void check_search() const;
  /// Cost, weight if there is one, loss and gradients; a trial changes nothing.
  Tensors slopes(const data::Batch& batch, bool trial);
  bool searches() const { return trained_[0].optimizer.searches(); }
  Tensors measure(const data::Batch& batch);
  void minimize(const Part& part, std::size_t from, std::size_t to, const Pass& pass, Tensors& results);
  OfBatch& program(const Part& part);
  std::vector<StepResult> read(const std::vector<std::size_t>& objectives, const Tensors& results) const;

  nn::Model net_;
  std::vector<Trained> trained_;
  std::vector<Measure> measures_, own_measures_;  // the second for evaluation, which may come within an epoch
  std::int64_t accumulate_;
  std::optional<Average> average_;
  bool keeps_batches_ = false;
  std::vector<std::size_t> group_;         // by objective: equal ones see the same values
  std::vector<std::string> output_names_;  // known when an evaluation was traced
  std::vector<TermKind> kinds_;            // by objective, known when it was traced
  std::map<Part, OfBatch> programs_;
  OfBatch evaluation_;
  std::optional<OfBatch> trial_, norms_;  // made when they are needed
  std::optional<CompiledFunction<void>> averaging_;
  bool converged_ = false;
  CompiledFunction<NamedTensors, NamedTensors> prediction_;
};

}  // namespace luge::train
