// mobilenet-v2: inverted residual blocks with depthwise convolutions (Sandler et al. 2018), as in
// torchvision.
#include <fmt/format.h>

#include <algorithm>

#include "models/resnet.h"

namespace luge::models {
namespace {

struct MobilenetOptions {
  double width = 1;
  double dropout = 0.2;
  std::string activation = "relu6";
  static void fields(auto& self, auto&& field) {
    field("width", self.width, "factor of all filters, which stay multiples of 8", factor(),
          options::elsewhere({"width_mult", "alpha"}));
    field("dropout", self.dropout, "share that is dropped before the last layer", share());
    field("activation", self.activation, "after each batch norm but the last of a block", activations());
  }
};

void add_conv(nn::Sequential& net, const nn::Conv2d& conv, const std::string& activation) {
  net.add(conv).add(nn::BatchNorm());
  add_activation(net, activation);
}

// Widens to `expansion` times the channels, filters each alone, narrows again.
nn::Sequential inverted_body(std::int64_t in, std::int64_t out, std::int64_t expansion, std::int64_t stride,
                             const std::string& activation) {
  nn::Sequential body;
  const std::int64_t wide = in * expansion;
  if (expansion != 1) add_conv(body, plain_conv(wide, 1), activation);
  add_conv(body, plain_conv(wide, 3, stride, wide), activation);
  return body.add(plain_conv(out, 1)).add(nn::BatchNorm());
}

struct Stage {
  std::int64_t expansion, filters, depth, stride;
};
constexpr Stage stages[] = {{1, 16, 1, 1}, {6, 24, 2, 2},  {6, 32, 3, 2}, {6, 64, 4, 2},
                            {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1}};

nn::Model make_network(const MobilenetOptions& o, std::int64_t outputs) {
  nn::Sequential net;
  std::int64_t channels = in_eights(32, o.width);
  add_conv(net, plain_conv(channels, 3, 2), o.activation);
  int number = 0;
  for (const Stage& stage : stages) {
    const std::int64_t filters = in_eights(stage.filters, o.width);
    for (std::int64_t k = 0; k < stage.depth; ++k) {
      const std::int64_t stride = k == 0 ? stage.stride : 1;
      const auto body = inverted_body(channels, filters, stage.expansion, stride, o.activation);
      const std::string name = fmt::format("block{}", ++number);
      if (stride == 1 && channels == filters) {
        net.add(name, nn::Residual(body));
      } else {
        net.add(name, body);
      }
      channels = filters;
    }
  }
  add_conv(net, plain_conv(in_eights(1280, std::max(o.width, 1.0)), 1), o.activation);
  net.add(nn::GlobalAvgPool());
  add_dropout(net, o.dropout);
  return net.add(nn::Linear(outputs, {.init = init::small_random()}));
}

const bool added_mobilenet_v2 =
    add("mobilenet-v2", "17 inverted residual blocks, depthwise convolutions, for 224x224",
        [](const MobilenetOptions& o) {
          return Entry{.input = Shape{3, 224, 224},
                       .outputs = 1000,
                       .defaults = published_training("momentum", 0.045, 96, 90),
                       .make = [o](std::int64_t outputs) { return make_network(o, outputs); }};
        });

}  // namespace
}  // namespace luge::models
