// The parts that detectors are made of.
#pragma once

#include <optional>
#include <string>

#include "models/resnet.h"

namespace luge::models {

/// Options of all detectors.
struct YoloOptions {
  double width = 1;
  std::optional<std::string> activation = {};
  static void common(auto& self, auto&& field) {
    field("width", self.width, "factor of all filters", factor(), options::elsewhere({"width_mult"}));
    field("activation", self.activation,
          "after each batch norm (default: leaky relu with the slope 0.1 for negative inputs)",
          activations());
  }
};

/// A convolution without bias, batch norm, and the activation. `filters` are those at width 1.
inline void add_conv(nn::Sequential& net, const YoloOptions& o, std::int64_t filters, std::int64_t kernel,
                     std::int64_t stride = 1) {
  net.add(plain_conv(scaled(filters, o.width), kernel, stride)).add(nn::BatchNorm());
  if (o.activation) {
    add_activation(net, *o.activation);
  } else {
    net.add(nn::LeakyRelu(0.1));
  }
}
inline nn::Sequential conv(const YoloOptions& o, std::int64_t filters, std::int64_t kernel,
                           std::int64_t stride = 1) {
  nn::Sequential net;
  add_conv(net, o, filters, kernel, stride);
  return net;
}

/// A convolution with stride 2, and then blocks of a 1x1 and a 3x3 convolution with a residual connection.
nn::Sequential darknet_stage(const YoloOptions& o, std::int64_t filters, int blocks);
/// How detectors are trained.
Defaults detector_training(const char* task, const char* loss, int scales);

}  // namespace luge::models
