// A task made from functions.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "luge/train/task.h"

namespace luge::tasks {

/// What a task of your own is made of. What is left out is as in train::Task.
struct CustomOptions {
  std::string name = "custom";  ///< the name; a file says it, and tasks::add makes it known to other programs
  train::Needs needs = {};      ///< the fields that records must have
  /// Computes the one loss of a step. Give this or `objectives`.
  std::function<train::LossTerm(const train::Pass&)> loss = {};
  std::vector<train::Objective> objectives = {};       ///< several losses
  std::vector<train::Measure> metrics = {};            ///< what is measured besides
  std::vector<metrics::HostMetric> host_metrics = {};  ///< what is measured from interpreted outputs
  /// Returns what the outputs mean, one record for each row.
  std::function<std::vector<data::Record>(const NamedTensors& outputs, const data::HostBatch& batch)>
      interpret = {};
  /// Returns the steps that bring data into the right form.
  std::function<data::Recipe(const data::Dataset& training)> recipe = {};
  /// Returns how many outputs the network must have.
  std::function<std::optional<std::int64_t>(const data::Info& info)> outputs = {};
  std::vector<nn::NamedVariable> state = {};  ///< Variables that objectives read and assign
};

/// Makes a task of functions. Throws ValueError without a loss, and when both `loss` and `objectives` are
/// given.
///
///     auto task = tasks::custom({.loss = [](const train::Pass& pass) {
///       return train::LossTerm::mean(abs(pass.output() - pass["target"]));
///     }});
train::TaskRef custom(CustomOptions options);

}  // namespace luge::tasks
