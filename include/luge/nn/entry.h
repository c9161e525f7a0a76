// Entry: a function of a model file besides the network itself, such as "encode" or "decode_step".
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "luge/nn/tensor_spec.h"
#include "luge/tensor.h"

namespace luge::nn {

/// An input that carries state from call to call: what the output `to` gave becomes the input `from` of the
/// next call. The caller keeps it.
struct StateSpec {
  std::string from;    ///< the name of the input
  std::string to;      ///< the name of the output
  double initial = 0;  ///< the value of all elements before the first call
};

/// A function that a model file holds besides the network. It is recorded in eval mode.
struct Entry {
  std::string name;                   ///< the name, such as "encode"
  std::vector<TensorSpec> inputs;     ///< the inputs
  std::vector<std::string> outputs;   ///< the names of the outputs
  std::vector<StateSpec> state = {};  ///< inputs that carry state
  /// The axis of all inputs and outputs along which samples lie; rows of the state are chosen along it, as
  /// beam search does. -1: there is none.
  std::int64_t batch_axis = 0;
  /// Computes the outputs in their order. It may read the parameters of the network that it is saved with.
  std::function<Tensors(const Tensors&)> function;
};

}  // namespace luge::nn
