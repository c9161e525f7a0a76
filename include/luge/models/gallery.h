// The gallery: networks that Luge knows by name, with the settings that train them well.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "luge/nn/module.h"

namespace luge::models {

/// How a model is trained unless told otherwise; names as the shell takes them.
struct Defaults {
  std::string data;  // empty: must be given
  std::string loss;
  std::string optimizer;
  double learning_rate = 0;
  std::int64_t batch = 0;
  std::int64_t epochs = 0;
  std::vector<std::string> metrics;
};

/// Fully connected layers between input and output, for the models that let one choose them.
struct Hidden {
  std::vector<std::int64_t> widths = {};
  double dropout = 0;  // behind each of them
};

struct Entry {
  std::string name;
  std::string description;
  Shape input;               // of one sample; unknown extents come from the data
  std::int64_t outputs = 0;  // unless told
  Defaults defaults;
  nn::Model (*make)(std::int64_t outputs) = nullptr;
  DType dtype = f32;   // of the input; integers where it holds ids
  Hidden hidden = {};  // what it has unless told, where make_hidden takes others
  nn::Model (*make_hidden)(std::int64_t outputs, const Hidden& hidden) = nullptr;
};

/// All of them by name.
std::vector<Entry> all();
/// Throws ValueError listing the names.
Entry find(std::string_view name);
/// The network `name` with its usual outputs, or `outputs` of them.
nn::Model make(std::string_view name, std::int64_t outputs = 0);
/// The same with hidden layers of one's own. Throws ValueError for a model whose layers are fixed, a width
/// below 1, or a dropout that is not 0 or more, below 1.
nn::Model make(std::string_view name, std::int64_t outputs, const Hidden& hidden);

/// Adds an entry; each model's file does, once.
bool add(const Entry& entry);

}  // namespace luge::models
