// layer_links: which layers of a network take what from which, for drawings of it.
#pragma once

#include <string>
#include <vector>

#include "luge/dtype.h"
#include "luge/nn/module.h"
#include "luge/shape.h"

namespace luge::nn {

/// A value goes from one layer to another, directly or through ops between them such as a sum.
struct LayerLink {
  std::string from;  ///< the path of the layer that makes it; empty: the input of the network
  std::string to;    ///< the path of the layer that takes it; empty: the output of the network
  /// Returns true when both paths are equal.
  bool operator==(const LayerLink&) const = default;
};

/// Returns the links between the layers without parts, each once, in the order in which layers take values. A
/// layer with parts is among them where it makes something of what they return, such as a sum.
/// `input` is the shape of one sample, without a batch axis. The network is built if necessary, but it is not
/// run. Throws what the layers throw for an input that does not match.
///
///     for (const nn::LayerLink& link : nn::layer_links(net, {1, 28, 28}))
///       std::cout << link.from << " -> " << link.to << "\n";  // "conv1 -> relu1"
std::vector<LayerLink> layer_links(const Module& net, const Shape& input, DType dtype = f32);
/// Returns the same for a network with several inputs, as it was built for or read with. Throws StateError
/// when they are not known.
std::vector<LayerLink> layer_links(const Module& net);

}  // namespace luge::nn
