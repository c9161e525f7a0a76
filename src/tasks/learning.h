// What the tasks of Luge share: options with a listing, one loss and metrics by name, and what is known from
// a network file.
#pragma once

#include <fmt/format.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "luge/data/normalizer.h"
#include "luge/data/recipe.h"
#include "luge/loss/loss.h"
#include "luge/metrics/metric.h"
#include "luge/nn/probabilities.h"
#include "luge/options.h"
#include "luge/tasks/registry.h"
#include "luge/train/task.h"

namespace luge::tasks {

using nn::probabilities;

/// The options that all of them have.
struct LearningOptions {
  std::string loss;                       // also with options: "softmax-cross-entropy(label_smoothing=0.1)"
  std::vector<std::string> metrics = {};  // likewise
  static void common(auto& self, auto&& field) {
    field("loss", self.loss, "the loss");
    field("metrics", self.metrics, "the metrics");
  }
};

/// Those of tasks whose input is scaled.
struct ScaledOptions : LearningOptions {
  data::Scaling scaling = data::Scaling::standardize;
  static void common(auto& self, auto&& field) {
    LearningOptions::common(self, field);
    field("scaling", self.scaling, "how inputs are scaled");
  }
};

/// The step that scales inputs of this kind: none for ids, which are whole numbers of 32 or 64 bits.
data::Recipe input_scaling(data::Scaling scaling, const data::Info& info);
/// The same where the input is a field of another name before.
data::Recipe input_scaling(data::Scaling scaling, const data::Field& input);

/// Numbers of the rows of an output [rows,…], as float.
class Rows {
 public:
  /// Throws ShapeError when the first extent is not `rows`.
  Rows(const std::string& who, const Tensor& output, std::int64_t rows);
  std::span<const float> operator[](std::int64_t row) const {
    return std::span(values_).subspan(static_cast<std::size_t>(row) * width_, width_);
  }
  std::size_t width() const { return width_; }

 private:
  std::vector<float> values_;
  std::size_t width_ = 0;
};
/// Values for records.
data::HostArray number(float value);
data::HostArray whole(std::int64_t value);
data::HostArray list(std::span<const float> values);
/// The name of a class, or its number when there are no names.
std::string class_name(const std::vector<std::string>& classes, std::int64_t label);
/// The first output.
const Tensor& first(const NamedTensors& outputs);

/// Base class: one loss of the first output and the field "target".
class Learning : public train::Task {
 public:
  explicit Learning(const LearningOptions& options);
  std::vector<train::Objective> objectives(const nn::Model& net) const override;
  std::vector<train::Measure> metrics() const override { return supervised_->metrics(); }
  /// Throws ValueError for a metric that reads none of the fields that interpret gives.
  std::vector<metrics::HostMetric> host_metrics() const override;
  std::function<void(const data::HostBatch&)> checks(const nn::Model& net,
                                                     const data::HostBatch& first) const override {
    return supervised_->checks(net, first);
  }
  void describe(const data::Info& info, nn::Metadata& metadata) const override;

 protected:
  /// The fields that interpret gives for each sample, as far as host metrics read them.
  virtual std::vector<std::string> interpreted() const { return {}; }
  const loss::Loss& loss() const { return loss_; }
  /// What a checkpoint says of the loss: its name, and the options that are not the defaults.
  const std::string& describes() const { return describes_; }
  /// What `update` gives each metric of a batch, for tasks that do not measure the first output and "target".
  std::vector<train::Measure> measures(
      std::function<void(const metrics::Metric&, const train::Pass&)> update) const;
  const std::vector<std::string>& classes() const { return classes_; }
  const data::Recipe& known_recipe() const { return recipe_; }
  void take(const nn::Metadata& metadata);

 private:
  loss::Loss loss_;
  std::string describes_;
  metrics::Chosen measured_;
  train::TaskRef supervised_;
  std::vector<std::string> classes_;  // from a file
  data::Recipe recipe_;               // from a file
};

/// A registered task. Self has kName, kDescription and data_needs().
template <class Self, class Options>
class TaskWith : public Learning {
 public:
  explicit TaskWith(Options options) : Learning(options), options_(std::move(options)) {
    options::check(fmt::format("task {}", Self::kName), options_);
  }
  std::string name() const override { return Self::kName; }
  std::string options() const override { return options::to_json(options::get(options_)); }
  std::shared_ptr<const train::Task> with(const nn::Metadata& metadata) const override {
    auto copy = std::make_shared<Self>(static_cast<const Self&>(*this));
    copy->take(metadata);
    return copy;
  }

  /// Registers the task; its file calls it once.
  static bool add() {
    return tasks::add(
        Self::kName, Self::kDescription, Self::data_needs(),
        [](const Options& options) -> train::TaskRef { return std::make_shared<const Self>(options); });
  }

 protected:
  Options options_;
};

}  // namespace luge::tasks
