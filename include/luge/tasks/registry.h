// The tasks that Luge knows by name. Each describes itself: what data it needs, its loss, its metrics and its
// options.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "luge/data/recipe.h"
#include "luge/nn/metadata.h"
#include "luge/train/task.h"

namespace luge::tasks {

/// Options of a task by name, as text: {"threshold", "0.3"}.
using OptionValues = std::vector<std::pair<std::string, std::string>>;

/// How a task is made. What is left out has the default of the task.
struct TaskOptions {
  std::string loss = {};  ///< the name of the loss; empty: the default
  /// The names of the metrics; nothing: the defaults.
  std::optional<std::vector<std::string>> metrics = {};
  OptionValues values = {};  ///< options of the task
};

/// One option of a task, for lists and help.
struct OptionInfo {
  std::string name;      ///< the name, such as "threshold"
  std::string type;      ///< what it takes, such as "a number"
  std::string fallback;  ///< the default as text
  std::string help;      ///< one line
};

/// A task as the registry knows it.
struct Kind {
  std::string name;                  ///< the name, such as "classification"
  std::string description;           ///< one line for lists
  train::Needs needs;                ///< what data must hold before the recipe
  std::string loss;                  ///< the default loss
  std::vector<std::string> metrics;  ///< the default metrics
  std::vector<OptionInfo> options;   ///< the options besides loss and metrics
  /// Makes the task.
  std::function<train::TaskRef(const TaskOptions&)> make;
  /// Makes the task again from what Task::options returned, with these options changed.
  std::function<train::TaskRef(std::string_view json, const OptionValues& values)> restore;
};

/// Adds a task. Returns false when the name is taken.
bool add(Kind kind);
/// Returns the names of the tasks in alphabetical order.
std::vector<std::string> names();
/// Returns a task by its name. Throws ValueError for another name, and lists those that exist.
Kind find(std::string_view name);
/// Makes a task by its name. Throws as find does, and ValueError for a loss, a metric or an option that does
/// not exist and for a value that is out of range.
///
///     train::TaskRef task = tasks::make("classification", {.metrics = {{"accuracy", "top5"}}});
train::TaskRef make(std::string_view name, const TaskOptions& options = {});
/// Returns the names of the tasks that such data is right for. `usual`, the default task of a model, comes
/// first when it is among them.
std::vector<std::string> for_data(const data::Info& info, std::string_view usual = {});

/// What a file says about what its network has learned.
struct Learned {
  train::TaskRef task;       ///< the task, with its class names and recipe; null when it is not known
  data::Recipe recipe = {};  ///< the steps from raw records to inputs
  std::string why = {};      ///< why there is no task: one sentence
};
/// Returns the task and the recipe of a network from a file. Without a task, its outputs can be used as they
/// are. `values` changes options of the task for this use, such as a threshold. Throws ValueError when one of
/// them does not exist or is out of range.
Learned of(const nn::Metadata& metadata, const OptionValues& values = {});

}  // namespace luge::tasks
