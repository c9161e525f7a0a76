// read_weights: the weights in a file, by their names, without the network that they belong to.
#pragma once

#include <string>

#include "luge/nn/take_weights.h"

namespace luge::io {

/// Which weights of a file are meant.
struct WeightsOptions {
  /// Where the file has averages of the parameters for evaluation (train::Averaging), these and not the
  /// parameters that were trained on.
  bool averages = true;
};

/// Reads the parameters and buffers of a model file or checkpoint, or all tensors of another safetensors
/// file. Throws FileError when the file cannot be read and FormatError when it is damaged.
///
///     nn::take_weights(net, io::read_weights("fashion.safetensors"));
nn::NamedWeights read_weights(const std::string& path, const WeightsOptions& options = {});

}  // namespace luge::io
