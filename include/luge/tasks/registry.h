// The tasks that Luge knows by name. Each describes itself: what data it needs, its loss, its metrics and its
// options.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "luge/data/recipe.h"
#include "luge/nn/metadata.h"
#include "luge/options.h"
#include "luge/train/task.h"

namespace luge::tasks {

/// How a task is made. What is left out has the default of the task.
struct TaskOptions {
  /// The loss by its name, also with options: "softmax-cross-entropy(label_smoothing=0.1)". Empty: the
  /// default.
  std::string loss = {};
  /// The metrics by their names, also with options: "accuracy(threshold=0.3)". Nothing: the defaults.
  std::optional<std::vector<std::string>> metrics = {};
  options::Values values = {};  ///< other options of the task
};

/// A task as the registry knows it.
struct Kind {
  std::string name;                    ///< the name, such as "classification"
  std::string description;             ///< one line for lists
  train::Needs needs;                  ///< what data must hold before the recipe
  std::string loss;                    ///< the default loss; empty: the task has no such option
  std::vector<std::string> metrics;    ///< the default metrics
  std::vector<options::Info> options;  ///< the options besides loss and metrics
};

/// Registers a task under a name that make and the shell take, with one line that says what it does and what
/// data must hold for it before the recipe. `make` is a function that makes it, from a struct of its options
/// if it has any (luge/options.h). A task whose loss and metrics can be chosen lists them as "loss", a text,
/// and "metrics", a list of texts. Task::options returns options::to_json(options::get(options)), so that a
/// file brings the task back. Returns false when the name is taken.
///
///     const bool added = tasks::add("spread", "predicts a number and how sure it is", needs,
///                                   [](const SpreadOptions& options) -> train::TaskRef {
///                                     return std::make_shared<Spread>(options);
///                                   });
bool add(const std::string& name, const std::string& description, train::Needs needs,
         options::Maker<train::TaskRef> make);
/// Returns the names of the tasks in alphabetical order.
std::vector<std::string> names();
/// Returns a task by its name. Throws ValueError for another name, and lists those that exist.
Kind find(std::string_view name);
/// Makes a task by its name. Throws as find does, ValueError for a loss or a metric that does not exist, and
/// options::OptionError for an option that does not exist or is out of range.
///
///     train::TaskRef task = tasks::make("classification", {.metrics = {{"accuracy", "top5"}}});
train::TaskRef make(std::string_view name, const TaskOptions& options = {});
/// Makes a task again from what Task::options returned, with these options changed. Throws FormatError when
/// the text is damaged, and as make does for the changes.
train::TaskRef restore(std::string_view name, std::string_view json, const options::Values& changes = {});
/// Returns the names of the tasks that such data is right for. `usual`, the default task of a model, comes
/// first when it is among them.
std::vector<std::string> for_data(const data::Info& info, std::string_view usual = {});

/// What a file says about what its network has learned.
struct Learned {
  train::TaskRef task;       ///< the task, with its class names and recipe; null when it is not known
  data::Recipe recipe = {};  ///< the steps from raw records to inputs
  std::string why = {};      ///< why there is no task: one sentence
};
/// Returns true when the file says that its network takes pictures [channels,height,width] of any height and
/// width (Task::takes_any_extents).
bool takes_any_extents(const nn::Metadata& metadata);
/// Returns the task and the recipe of a network from a file. Without a task, its outputs can be used as they
/// are. `values` changes options of the task for this use, such as a threshold. Throws options::OptionError
/// when one of them does not exist or is out of range.
Learned of(const nn::Metadata& metadata, const options::Values& values = {});

}  // namespace luge::tasks
