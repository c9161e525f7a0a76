// summary: the layers of a network with their sizes, for one sample.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "luge/nn/module.h"

namespace luge::nn {

/// The sizes of one layer, for one sample. What counts as a connection and as a multiply-add:
///
/// | layer | connections | multiply-adds |
/// |---|---|---|
/// | linear, convolution | outputs · (fan-in + 1 for a bias); taps in the padding count | outputs · fan-in |
/// | transposed convolution | inputs · filters/groups · kernel, + outputs for a bias | without the bias |
/// | convolution with a table | outputs of a map · (connected maps · kernel + 1), summed over maps | without
/// the 1 | | trainable subsampling | outputs · (window + 1) | outputs | | pooling | outputs · window;
/// adaptive and global: the elements of all windows | 0 | | LSTM, GRU | steps · parameters | steps · weights
/// | | attention | besides its linear layers 2 · steps² · width | the same | | normalization | outputs · (1 +
/// 1 for a bias) | 0: they are left out of published counts, too | | embedding | outputs | 0 | | activations,
/// dropout, shapes | 0 | 0 |
struct LayerSummary {
  std::string path;                   ///< the path, such as "block1.conv1"
  std::string type;                   ///< what the layer is, such as "Conv2d 5x5"
  Shape output;                       ///< the shape of the first output; the batch axis is unknown
  std::int64_t parameters = 0;        ///< parameters; a second call of a layer does not count them again
  std::int64_t trainable = 0;         ///< how many of them are trainable
  std::int64_t macs = 0;              ///< multiply-adds; biases do not count
  std::int64_t connections = 0;       ///< connections as the LeNet-5 paper counts them, with biases
  std::int64_t neurons = 0;           ///< the number of elements of all outputs
  std::int64_t activation_bytes = 0;  ///< the bytes of all outputs
};

/// The sizes of all layers of a network.
struct Summary {
  /// The layers without children and those with parameters of their own, in the order in which they compute.
  std::vector<LayerSummary> layers;
  std::int64_t parameters = 0,  ///< the number of parameters of all layers
      trainable = 0,            ///< how many of them are trainable
      macs = 0,                 ///< the multiply-adds of all layers
      connections = 0,          ///< the connections of all layers
      activation_bytes = 0;     ///< the bytes of all outputs
  /// Returns a table for a terminal, with the sums in its last line.
  std::string to_string() const;
};

/// Returns the sizes of the layers for inputs of this shape, which has no batch axis. The network is built if
/// necessary, but it is not run. Throws what the layers throw for an input that does not match.
///
///     std::cout << nn::summary(net, {1, 28, 28}).to_string();
Summary summary(const Module& net, const Shape& input, DType dtype = f32);
/// Returns the same for a network with several inputs. Only the dtypes and the shapes of `inputs` count, and
/// their first axis is the batch; a data::Batch may be given. Throws ValueError that names a missing input.
Summary summary(const Module& net, const NamedTensors& inputs);
/// Returns the same for the inputs that the network was built for or read with. Throws StateError when they
/// are not known.
Summary summary(const Module& net);

}  // namespace luge::nn
