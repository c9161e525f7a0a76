// The gallery: networks that Luge knows by name, with the settings that train them well.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "luge/nn/module.h"

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
};

/// The fully connected layers between input and output, for models whose hidden layers can be chosen.
struct Hidden {
  std::vector<std::int64_t> widths = {};  ///< the width of each layer
  double dropout = 0;                     ///< the dropout rate after each layer
};

/// One model of the gallery.
struct Entry {
  std::string name;          ///< the name, such as "lenet5"
  std::string description;   ///< one sentence for lists
  Shape input;               ///< the shape of one sample; unknown extents come from the data
  std::int64_t outputs = 0;  ///< the usual number of outputs
  Defaults defaults;         ///< how it is trained by default
  /// Makes the network with this number of outputs.
  nn::Model (*make)(std::int64_t outputs) = nullptr;
  DType dtype = f32;   ///< the dtype of the input; an integer dtype when the input holds ids
  Hidden hidden = {};  ///< the default hidden layers, when they can be chosen
  /// Makes the network with other hidden layers; null when they cannot be chosen.
  nn::Model (*make_hidden)(std::int64_t outputs, const Hidden& hidden) = nullptr;
};

/// Returns all models, sorted by name.
std::vector<Entry> all();
/// Returns the model of this name. Throws ValueError for another name, and lists those that exist.
Entry find(std::string_view name);
/// Makes the network of this name. With outputs = 0 it has its usual number of outputs. Throws as find does.
nn::Model make(std::string_view name, std::int64_t outputs = 0);
/// Makes the network with other hidden layers. Throws ValueError when the layers of the model are fixed, when
/// a width is below 1, and when the dropout rate is outside [0, 1).
nn::Model make(std::string_view name, std::int64_t outputs, const Hidden& hidden);

/// Adds a model to the gallery. Returns false when the name is taken. The file of each model calls it once.
bool add(const Entry& entry);

}  // namespace luge::models
