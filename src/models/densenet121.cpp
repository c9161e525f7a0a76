// densenet121: layers that read the maps of all layers before them in their block (Huang et al. 2017), as in
// torchvision.
#include "luge/init/init.h"
#include "luge/nn/branches.h"
#include "luge/nn/global_pool.h"
#include "luge/nn/merge.h"
#include "models/layers.h"

namespace luge::models {
namespace {

struct DensenetOptions {
  std::int64_t growth = 32;
  double dropout = 0;
  std::string activation = "relu";
  static void fields(auto& self, auto&& field) {
    field("growth", self.growth, "maps that each layer adds; the first layer has twice as many", count(),
          options::elsewhere({"growth_rate"}));
    field("dropout", self.dropout, "share that is dropped of what each layer adds", share(),
          options::elsewhere({"drop_rate"}));
    field("activation", self.activation, "after each batch norm", activations());
  }
};

void add_norm(nn::Sequential& net, const std::string& activation) {
  net.add(nn::BatchNorm());
  add_activation(net, activation);
}

nn::Conv2d conv(std::int64_t filters, std::int64_t kernel, std::int64_t stride = 1) {
  return nn::Conv2d(filters, {.kernel = kernel,
                              .stride = stride,
                              .padding = (kernel - 1) / 2,
                              .bias = false,
                              .init = init::he_normal()});
}

// What came in, and `growth` more maps of it: 1x1 to four times as many, then 3x3.
nn::Branches dense_layer(const DensenetOptions& o) {
  nn::Sequential body;
  add_norm(body, o.activation);
  body.add(conv(4 * o.growth, 1));
  add_norm(body, o.activation);
  body.add(conv(o.growth, 3));
  add_dropout(body, o.dropout);
  return nn::Branches({{"body", body}, {"concat", nn::Concat(), {"input", "body"}}});
}

constexpr std::int64_t depths[] = {6, 12, 24, 16};

nn::Model make_network(const DensenetOptions& o, std::int64_t outputs) {
  nn::Sequential net;
  std::int64_t maps = 2 * o.growth;
  net.add(conv(maps, 7, 2));
  add_norm(net, o.activation);
  net.add(nn::MaxPool2d(3, {.stride = 2, .padding = 1}));
  int block = 0;
  for (const std::int64_t depth : depths) {
    if (block > 0) {  // a transition halves maps and extents
      nn::Sequential transition;
      add_norm(transition, o.activation);
      transition.add(conv(maps /= 2, 1)).add(nn::AvgPool2d(2));
      net.add("transition" + std::to_string(block), transition);
    }
    nn::Sequential layers;
    for (std::int64_t k = 1; k <= depth; ++k) layers.add("layer" + std::to_string(k), dense_layer(o));
    net.add("block" + std::to_string(++block), layers);
    maps += depth * o.growth;
  }
  add_norm(net, o.activation);
  return net.add(nn::GlobalAvgPool()).add(nn::Linear(outputs, {.bias_init = init::zeros()}));
}

const bool added_densenet121 = add(
    "densenet121", "58 dense layers in four blocks, batch norm, for 224x224", [](const DensenetOptions& o) {
      return Entry{.input = Shape{3, 224, 224},
                   .outputs = 1000,
                   .defaults = published_training("nesterov", 0.1, 256, 90),
                   .make = [o](std::int64_t outputs) { return make_network(o, outputs); }};
    });

}  // namespace
}  // namespace luge::models
