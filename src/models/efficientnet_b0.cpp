// efficientnet-b0: inverted residual blocks with gates for channels (Tan and Le 2019), as in torchvision.
#include <cmath>

#include "luge/init/init.h"
#include "luge/nn/adaptive_pool.h"
#include "luge/nn/branches.h"
#include "luge/nn/merge.h"
#include "luge/nn/noise.h"
#include "models/resnet.h"

namespace luge::models {
namespace {

struct EfficientnetOptions {
  double width = 1;
  double dropout = 0.2;
  double drop_path = 0.2;
  std::string activation = "silu";
  static void fields(auto& self, auto&& field) {
    field("width", self.width, "factor of all filters, which stay multiples of 8", factor(),
          options::elsewhere({"width_mult", "alpha"}));
    field("dropout", self.dropout, "share that is dropped before the last layer", share());
    field("drop_path", self.drop_path,
          "how often the body of the last block is left out for a sample; of the blocks before, less",
          share(), options::elsewhere({"stochastic_depth_prob"}));
    field("activation", self.activation, "after each batch norm but the last of a block, and in the gates",
          activations());
  }
};

void add_conv(nn::Sequential& net, const nn::Conv2d& conv, const std::string& activation) {
  net.add(conv).add(nn::BatchNorm());
  add_activation(net, activation);
}

nn::Conv2d gate_conv(std::int64_t filters) {
  return nn::Conv2d(filters,
                    {.kernel = 1, .init = init::he_normal(init::Fan::out), .bias_init = init::zeros()});
}

// Each channel times a number between 0 and 1 that follows from the means of all channels.
nn::Branches gated(std::int64_t channels, std::int64_t squeeze, const std::string& activation) {
  nn::Sequential gate;
  gate.add(nn::AdaptiveAvgPool2d(1)).add(gate_conv(squeeze));
  add_activation(gate, activation);
  gate.add(gate_conv(channels)).add(nn::Sigmoid());
  return nn::Branches({{"gate", gate}, {"multiply", nn::Multiply(), {"input", "gate"}}});
}

struct Stage {
  std::int64_t expansion, kernel, filters, depth, stride;
};
constexpr Stage stages[] = {{1, 3, 16, 1, 1},  {6, 3, 24, 2, 2},  {6, 5, 40, 2, 2}, {6, 3, 80, 3, 2},
                            {6, 5, 112, 3, 1}, {6, 5, 192, 4, 2}, {6, 3, 320, 1, 1}};

nn::Sequential body(std::int64_t in, std::int64_t out, const Stage& stage, std::int64_t stride,
                    const std::string& activation) {
  nn::Sequential net;
  const std::int64_t wide = in * stage.expansion;
  if (stage.expansion != 1) add_conv(net, plain_conv(wide, 1), activation);
  add_conv(net, plain_conv(wide, stage.kernel, stride, wide), activation);
  net.add("gated", gated(wide, std::max<std::int64_t>(in / 4, 1), activation));
  return net.add(plain_conv(out, 1)).add(nn::BatchNorm());
}

nn::Model make_network(const EfficientnetOptions& o, std::int64_t outputs) {
  nn::Sequential net;
  std::int64_t channels = in_eights(32, o.width);
  add_conv(net, plain_conv(channels, 3, 2), o.activation);
  double blocks = 0;
  for (const Stage& stage : stages) blocks += static_cast<double>(stage.depth);
  int number = 0;
  for (const Stage& stage : stages) {
    const std::int64_t filters = in_eights(stage.filters, o.width);
    for (std::int64_t k = 0; k < stage.depth; ++k) {
      const std::int64_t stride = k == 0 ? stage.stride : 1;
      const double dropped = o.drop_path * number / blocks;
      nn::Sequential block = body(channels, filters, stage, stride, o.activation);
      const std::string name = "block" + std::to_string(++number);
      if (stride == 1 && channels == filters) {
        if (dropped > 0) block.add(nn::DropPath(dropped));
        net.add(name, nn::Residual(block));
      } else {
        net.add(name, block);
      }
      channels = filters;
    }
  }
  add_conv(net, plain_conv(4 * channels, 1), o.activation);
  net.add(nn::GlobalAvgPool());
  add_dropout(net, o.dropout);
  const double range = 1 / std::sqrt(static_cast<double>(outputs));
  return net.add(nn::Linear(outputs, {.init = init::uniform(-range, range), .bias_init = init::zeros()}));
}

const bool added_efficientnet_b0 =
    add("efficientnet-b0", "16 inverted residual blocks with gates for channels, for 224x224",
        [](const EfficientnetOptions& o) {
          return Entry{.input = Shape{3, 224, 224},
                       .outputs = 1000,
                       .defaults = published_training("rmsprop", 0.016, 256, 90),
                       .make = [o](std::int64_t outputs) { return make_network(o, outputs); }};
        });

}  // namespace
}  // namespace luge::models
