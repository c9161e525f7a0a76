// The gallery: networks that Luge knows by name, with their options and the settings that train them well.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "luge/nn/module.h"
#include "luge/options.h"

namespace luge::models {

/// How a model is trained by default. Names are those of the shell.
struct Defaults {
  std::string data;                  ///< the data set; empty: it must be given
  std::string task;                  ///< the task
  std::string loss;                  ///< the loss
  std::string optimizer;             ///< the optimizer
  double learning_rate = 0;          ///< the learning rate
  std::int64_t batch = 0;            ///< samples in a batch
  std::int64_t epochs = 0;           ///< passes over the data
  std::vector<std::string> metrics;  ///< the metrics
  /// Options of the task by name, such as {"length", "64"}.
  std::vector<std::pair<std::string, std::string>> task_options = {};
  /// More keys of the shell with their values, such as {"schedule.name", "cosine"}. Options of an optimizer,
  /// a loss, a schedule or augmentations belong to the model's own choice, and are not used with another one;
  /// an optimizer and a loss are chosen above.
  std::vector<std::pair<std::string, std::string>> settings = {};
};

/// One model of the gallery, with options that are settled.
struct Entry {
  std::string name = {};         ///< the name, such as "lenet5"; find() writes it
  std::string description = {};  ///< one line for lists; find() writes it
  Shape input;                   ///< the shape of one sample; unknown extents come from the data
  std::int64_t outputs = 0;      ///< the usual number of outputs
  Defaults defaults;             ///< how it is trained by default
  /// Makes the network with this number of outputs.
  std::function<nn::Model(std::int64_t outputs)> make = {};
  DType dtype = f32;  ///< the dtype of the input; an integer dtype when the input holds ids
};

/// Returns the names of all models, sorted.
std::vector<std::string> names();
/// Returns the model of this name with these options, such as {{"width", 2}}; the others have their defaults.
/// Throws ValueError for a name that does not exist, and options::OptionError for options that are not right.
Entry find(std::string_view name, const options::Values& values = {});
/// Makes the network of this name with these options. With outputs = 0 it has its usual number of outputs.
/// Throws as find does.
nn::Model make(std::string_view name, std::int64_t outputs = 0, const options::Values& values = {});

/// Adds a model to the gallery: a function from its options to an Entry. Returns false when the name is
/// taken.
///
///     struct WideOptions {
///       std::int64_t units = 128;
///       static void fields(auto& self, auto&& field) {
///         field("units", self.units, "units of the hidden layer", options::at_least(1));
///       }
///     };
///     const bool added = models::add("wide", "one wide hidden layer", [](const WideOptions& o) {
///       return models::Entry{.input = {2},
///                            .outputs = 1,
///                            .defaults = {.task = "regression", .loss = "mse", .optimizer = "adam",
///                                         .learning_rate = 1e-3, .batch = 32, .epochs = 10},
///                            .make = [o](std::int64_t outputs) -> nn::Model {
///                              return nn::sequential(nn::Linear(o.units), nn::Relu(), nn::Linear(outputs));
///                            }};
///     });
bool add(const std::string& name, const std::string& description, options::Maker<Entry> make);

}  // namespace luge::models
