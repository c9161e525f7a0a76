// Task: what a network learns. It says what data it needs, what is minimized and measured, and what the
// outputs of the network mean.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "luge/data/batches.h"
#include "luge/data/recipe.h"
#include "luge/data/record.h"
#include "luge/data/source.h"
#include "luge/loss/loss.h"
#include "luge/metrics/host_metric.h"
#include "luge/metrics/metric.h"
#include "luge/named_tensors.h"
#include "luge/nn/entry.h"
#include "luge/nn/module.h"
#include "luge/train/objective.h"

namespace luge::train {

/// A field that records must have.
struct Need {
  std::string field;  ///< its name
  std::string what;   ///< what it must be, for errors: "labels, whole numbers from 0"
  /// Returns true for a field that is right. Empty: every field is.
  std::function<bool(const data::Field&)> fits = {};
};
/// The fields that records must have.
using Needs = std::vector<Need>;
/// Throws ValueError that names a field which is missing or not right, what it must be, and the fields that
/// there are.
void check_needs(const std::string& who, const Needs& needs, const data::Info& info);

/// A metric, and how a batch is added to it.
struct Measure {
  metrics::Metric metric;  ///< the metric
  /// Adds a batch to the metric that is given; it is traced with the step.
  std::function<void(const metrics::Metric&, const Pass&)> update;
};

/// What a network learns. Derive from it for a task of your own, or make one from lambdas (tasks::custom).
class Task {
 public:
  virtual ~Task() = default;
  /// Returns the name, such as "classification".
  virtual std::string name() const = 0;
  /// Returns the options as the text of a JSON object, for files.
  virtual std::string options() const { return "{}"; }
  /// Returns the fields that records must have after the recipe.
  virtual Needs needs() const { return {}; }
  /// Returns the steps that bring data of this kind into the form that the task needs. They are not fitted
  /// yet: call Recipe::fit with the training part. The default has no steps.
  virtual data::Recipe recipe(const data::Dataset& training) const;
  /// Returns how many outputs the network must have for data after the recipe; nothing when the task does not
  /// say.
  virtual std::optional<std::int64_t> outputs(const data::Info& info) const;
  /// Returns the task with what a network file says, such as class names and the recipe, so that interpret
  /// can use them. The default returns null: this task serves.
  virtual std::shared_ptr<const Task> with(const nn::Metadata& metadata) const;
  /// Returns the objectives of a step, in order. It is called once for a training, before the first batch.
  virtual std::vector<Objective> objectives(const nn::Model& net) const = 0;
  /// Returns what is measured besides the objectives.
  virtual std::vector<Measure> metrics() const { return {}; }
  /// Returns what is measured on the host from interpreted outputs. It is measured on validation data only.
  virtual std::vector<metrics::HostMetric> host_metrics() const { return {}; }
  /// Returns what to do before a batch is used: `first` is the first batch of a training or evaluation, and
  /// the function throws an error that names the sample and the value when one is not right. Empty: nothing.
  virtual std::function<void(const data::HostBatch&)> checks(const nn::Model& net,
                                                             const data::HostBatch& first) const;
  /// Returns what the outputs of the network mean, one record for each row, such as a label and its
  /// probability. `batch` has the fields that the network was given and those that stay on the host. The
  /// default returns the outputs as they are.
  virtual std::vector<data::Record> interpret(const NamedTensors& outputs,
                                              const data::HostBatch& batch) const;
  /// Returns what the network says about one raw record when that takes several calls of it, such as a text
  /// that goes on. The default returns nothing: one call and interpret say it.
  virtual std::optional<data::Record> predict(const nn::Module& net, const data::Record& raw) const;
  /// Completes the metadata of the network when the training data is known. The default records the name and
  /// the options of the task.
  virtual void describe(const data::Info& info, nn::Metadata& metadata) const;
  /// Returns true when pictures [channels,height,width] of any extents can be predicted, not only of those of
  /// the training. The file then says so of its input, where the network can compute it.
  virtual bool takes_any_extents() const { return false; }
  /// Returns further functions for the file of the network, such as encode and decode_step.
  virtual std::vector<nn::Entry> entries(const nn::Model& net) const;
  /// Returns Variables of its own, such as the chains of a Boltzmann machine, with their names. Objectives
  /// read and assign them; what is assigned holds after the step. They are saved with checkpoints.
  virtual std::vector<nn::NamedVariable> state() const { return {}; }
};

/// A task as trainers take it.
using TaskRef = std::shared_ptr<const Task>;

/// Returns the task of learning targets from inputs with one loss. The first output of the network is the
/// prediction, and the field "target" the target; "weight" [N] weights the samples where there is one.
TaskRef supervised(loss::Loss loss, std::vector<metrics::Metric> metrics = {});

}  // namespace luge::train
