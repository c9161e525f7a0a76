// convnext-tiny: residual blocks of depthwise 7x7 convolutions, formed like transformers (Liu et al. 2022),
// as in torchvision.
#include "luge/init/init.h"
#include "luge/nn/noise.h"
#include "luge/nn/rearrange.h"
#include "luge/nn/scale.h"
#include "models/layers.h"

namespace luge::models {
namespace {

struct ConvnextOptions {
  double width = 1;
  double drop_path = 0.1;
  double layer_scale = 1e-6;
  std::string activation = "gelu";
  static void fields(auto& self, auto&& field) {
    field("width", self.width, "factor of all filters", factor(),
          options::elsewhere({"width_mult", "alpha"}));
    field("drop_path", self.drop_path,
          "how often the body of the last block is left out for a sample; of the blocks before, less",
          share(), options::elsewhere({"stochastic_depth_prob"}));
    field("layer_scale", self.layer_scale, "what the trained factors of each body begin as",
          options::above(0));
    field("activation", self.activation, "in the middle of each block", activations());
  }
};

init::Initializer weights() { return init::truncated_normal(0, 0.02); }

nn::Conv2d conv(std::int64_t filters, std::int64_t kernel, std::int64_t stride, std::int64_t padding = 0,
                std::int64_t groups = 1) {
  return nn::Conv2d(filters, {.kernel = kernel,
                              .stride = stride,
                              .padding = padding,
                              .groups = groups,
                              .init = weights(),
                              .bias_init = init::zeros()});
}
nn::Linear linear(std::int64_t outputs) {
  return nn::Linear(outputs, {.init = weights(), .bias_init = init::zeros()});
}
nn::LayerNorm norm() { return nn::LayerNorm({.epsilon = 1e-6}); }
// Channels last, where linear layers and normalizations have them, and first, where convolutions do.
nn::Permute last() { return nn::Permute({2, 3, 1}); }
nn::Permute first() { return nn::Permute({3, 1, 2}); }

nn::Residual block(std::int64_t filters, double dropped, const ConvnextOptions& o) {
  nn::Sequential body;
  body.add(conv(filters, 7, 1, 3, filters)).add(last()).add(norm()).add(linear(4 * filters));
  add_activation(body, o.activation);
  body.add(linear(filters)).add(nn::Scale(o.layer_scale, {.factors = nn::Factors::features})).add(first());
  if (dropped > 0) body.add(nn::DropPath(dropped));
  return nn::Residual(body);
}

struct Stage {
  std::int64_t filters, depth;
};
constexpr Stage stages[] = {{96, 3}, {192, 3}, {384, 9}, {768, 3}};

nn::Model make_network(const ConvnextOptions& o, std::int64_t outputs) {
  nn::Sequential net;
  double blocks = 0;
  for (const Stage& stage : stages) blocks += static_cast<double>(stage.depth);
  int number = 0, stage_number = 0;
  for (const Stage& stage : stages) {
    const std::int64_t filters = scaled(stage.filters, o.width);
    nn::Sequential smaller;
    if (stage_number++ == 0) {
      smaller.add(conv(filters, 4, 4)).add(last()).add(norm()).add(first());
    } else {
      smaller.add(last()).add(norm()).add(first()).add(conv(filters, 2, 2));
    }
    net.add("smaller" + std::to_string(stage_number), smaller);
    for (std::int64_t k = 0; k < stage.depth; ++k) {
      const double dropped = o.drop_path * number / (blocks - 1);
      net.add("block" + std::to_string(++number), block(filters, dropped, o));
    }
  }
  return net.add(nn::GlobalAvgPool()).add(norm()).add(linear(outputs));
}

const bool added_convnext_tiny =
    add("convnext-tiny", "18 blocks of depthwise 7x7 convolutions and layer norm, for 224x224",
        [](const ConvnextOptions& o) {
          return Entry{.input = Shape{3, 224, 224},
                       .outputs = 1000,
                       .defaults = published_training("adamw", 1e-3, 256, 300),
                       .make = [o](std::int64_t outputs) { return make_network(o, outputs); }};
        });

}  // namespace
}  // namespace luge::models
