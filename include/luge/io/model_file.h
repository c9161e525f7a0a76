// Model files: one safetensors file with the weights of a network, its graph, and further tensors.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "luge/nn/load.h"
#include "luge/nn/module.h"
#include "luge/tensor.h"

namespace luge::io {

/// What a file holds besides the network, such as the optimizer slots of a training.
struct Extras {
  std::vector<std::pair<std::string, Tensor>> tensors;  ///< tensors with their names
  std::map<std::string, std::string> metadata;          ///< text with its names
};

/// What is written of a network besides its two graphs.
struct ModelFileOptions {
  /// Functions besides those of net.entries(); one of the same name takes the position of the network's.
  std::vector<nn::Entry> entries = {};
  /// Parameters or buffers of the network, each with the values that eval mode and entries of the loaded
  /// network use for it, such as averages over the training. The values are written under the given names,
  /// unless the extras have a tensor of that name: then that one counts. read_model and read_state return
  /// them among the extras. Empty: those of net when it is an nn::Loaded.
  std::vector<std::pair<Variable, nn::NamedVariable>> eval_weights = {};
};

/// Writes a network to a file, completely or not at all. Throws StateError when the network has not been
/// built, GraphError when a graph cannot be saved, FileError when the file cannot be written, and ValueError
/// that names an entry or a weight for evaluation which is not right. Files with one input, one output and
/// nothing of the options have format 1; others have format 2.
void write_model(const std::string& path, const nn::Module& net, const Extras& extras = {},
                 const ModelFileOptions& options = {});

/// The content of a model file.
struct ModelFile {
  nn::Loaded net;  ///< the network
  Extras extras;   ///< the rest
};
/// Reads a network and the rest of its file. Throws FileError and FormatError as nn::load does.
ModelFile read_model(const std::string& path);

/// New values for the parameters and buffers of a network.
struct ModelState {
  std::vector<std::pair<Variable, Tensor>> values;  ///< each Variable with its new value
  Extras extras;                                    ///< the rest of the file
};
/// Reads the values for a network that has been built, but assigns none of them. Throws FileError when the
/// file cannot be read, and FormatError listing the names that are missing, extra or of another shape.
ModelState read_state(const std::string& path, const nn::Module& net);

}  // namespace luge::io
