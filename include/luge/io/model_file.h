// Model files: one safetensors file with the weights of a network, its graph, and what goes with it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "luge/nn/load.h"
#include "luge/nn/module.h"
#include "luge/tensor.h"

namespace luge::io {

/// What a training puts beside the network: optimizer slots, counters.
struct Extras {
  std::vector<std::pair<std::string, Tensor>> tensors;
  std::map<std::string, std::string> metadata;
};

/// Writes the network, whole or not at all. Its parameters must exist. Throws StateError, GraphError and
/// FileError.
void write_model(const std::string& path, const nn::Module& net, const Extras& extras = {});

struct ModelFile {
  nn::Loaded net;
  Extras extras;  // what is not the network's
};
ModelFile read_model(const std::string& path);

/// New values for a network's parameters and buffers.
struct ModelState {
  std::vector<std::pair<Variable, Tensor>> values;
  Extras extras;
};
/// Finds in a file the values for a network that has been built; assigns none of them. Throws FormatError
/// listing the names that are missing, extra, or of another shape.
ModelState read_state(const std::string& path, const nn::Module& net);

}  // namespace luge::io
