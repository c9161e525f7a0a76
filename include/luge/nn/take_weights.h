// take_weights: gives a network weights by their names, as fine-tuning needs them: those of another network
// with another head, other names, or another number of input channels.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "luge/nn/module.h"
#include "luge/tensor.h"

namespace luge::nn {

/// Tensors with their names.
using NamedWeights = std::vector<std::pair<std::string, Tensor>>;

/// What happens to the last layer, which is the one whose parameters come last.
enum class Head : std::uint8_t {
  automatic,  ///< it keeps its own weights when those that are given have other shapes
  renew,      ///< it keeps its own weights
  keep        ///< it takes weights like any other layer
};
/// What happens to the first layer when it has another number of input channels.
enum class Channels : std::uint8_t {
  refuse,  ///< it counts as one of another shape
  /// A filter for one channel is used for each of n channels, divided by n, so that a gray picture with
  /// n equal channels gives the same outputs. Filters for n channels are added up for one channel.
  adapt
};

/// Options of take_weights.
struct TakeOptions {
  bool strict = true;  ///< throw when something is missing, left over, or of another shape; nothing changes
  Head head = Head::automatic;           ///< the last layer
  Channels channels = Channels::refuse;  ///< the first layer
  /// Pairs of patterns: a given name that matches the first one is renamed to the second one. Each may have
  /// one *, which is the same text in both: {"backbone.*", "features.*"}. The first pair that matches
  /// counts.
  std::vector<std::pair<std::string, std::string>> rename = {};
};

/// What take_weights did. Names are those of the network, except in `extra`.
struct Taken {
  std::vector<std::string> loaded;        ///< parameters and buffers that have new values
  std::vector<std::string> missing;       ///< what no weights were given for
  std::vector<std::string> extra;         ///< what was given and the network does not have
  std::vector<std::string> other_shapes;  ///< what has another shape or dtype, with both
  std::vector<std::string> head;          ///< what of the last layer keeps its own values, and why
  std::vector<std::string> adapted;       ///< what was adapted to another number of channels, and how

  /// Returns true when nothing is missing, left over, or of another shape.
  bool complete() const { return missing.empty() && extra.empty() && other_shapes.empty(); }
  /// Returns the three lists in one line, long ones shortened: "missing: a, b; extra: c". Empty when
  /// complete.
  std::string to_string() const;
};

/// Gives the parameters and buffers of a network the weights of these names. Values are copied, so that the
/// network may be trained on. Throws FormatError with the lists of Taken when `strict` and not all fits, also
/// without `strict` when nothing at all fits, ValueError for patterns of `rename` that match no name, have
/// more than one * or differ in their number, and StateError for a network that has not been built. Source:
/// PyTorch Module.load_state_dict.
///
///     nn::take_weights(net, io::read_weights("fashion.safetensors"), {.head = nn::Head::renew});
///     net->set_trainable("features.*", false);
Taken take_weights(const Module& net, const NamedWeights& weights, const TakeOptions& options = {});

}  // namespace luge::nn
