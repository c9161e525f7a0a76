// What a network is made of, in numbers for one sample.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "luge/nn/module.h"

namespace luge::nn {

struct LayerSummary {
  std::string path;
  std::string type;             // "Conv2d 5x5"
  Shape output;                 // the batch axis unknown
  std::int64_t parameters = 0;  // a layer called twice counts them at its first call
  std::int64_t trainable = 0;
  std::int64_t macs = 0;         // multiply-adds: outputs · fan-in where inputs meet weights; bias left out
  std::int64_t connections = 0;  // as LeNet-5 counts: outputs · (fan-in + 1 with bias)
  std::int64_t neurons = 0;      // outputs
  std::int64_t activation_bytes = 0;  // of the output
};

struct Summary {
  std::vector<LayerSummary> layers;  // those without children, in the order in which they compute
  std::int64_t parameters = 0, trainable = 0, macs = 0, connections = 0, activation_bytes = 0;
  /// A table for a terminal, totals below.
  std::string to_string() const;
};

/// Builds the network for inputs of this shape (without batch axis) if need be; computes nothing.
Summary summary(const Module& net, const Shape& input, DType dtype = f32);

}  // namespace luge::nn
