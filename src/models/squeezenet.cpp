// squeezenet: version 1.1 of the network with fire modules (Iandola et al. 2016), as in torchvision.
#include "luge/init/init.h"
#include "luge/nn/branches.h"
#include "luge/nn/global_pool.h"
#include "luge/nn/merge.h"
#include "models/layers.h"

namespace luge::models {
namespace {

struct SqueezenetOptions {
  double width = 1;
  double dropout = 0.5;
  std::string activation = "relu";
  static void fields(auto& self, auto&& field) {
    field("width", self.width, "factor of all filters", factor(),
          options::elsewhere({"width_mult", "alpha"}));
    field("dropout", self.dropout, "share that is dropped before the last convolution", share());
    field("activation", self.activation, "after each convolution", activations());
  }
};

nn::Sequential conv(std::int64_t filters, std::int64_t kernel, const std::string& activation) {
  nn::Sequential net;
  net.add(nn::Conv2d(filters, {.kernel = kernel,
                               .padding = (kernel - 1) / 2,
                               .init = init::he_uniform(),
                               .bias_init = init::zeros()}));
  add_activation(net, activation);
  return net;
}

// Few 1x1 filters, then four times as many of each size.
nn::Branches fire(std::int64_t squeeze, const SqueezenetOptions& o) {
  const std::int64_t expand = scaled(4 * squeeze, o.width);
  return nn::Branches({{"squeeze", conv(scaled(squeeze, o.width), 1, o.activation)},
                       {"expand1", conv(expand, 1, o.activation), {"squeeze"}},
                       {"expand3", conv(expand, 3, o.activation), {"squeeze"}},
                       {"concat", nn::Concat(), {"expand1", "expand3"}}});
}

nn::MaxPool2d pool() { return nn::MaxPool2d(3, {.stride = 2, .ceil_mode = true}); }

nn::Model make_network(const SqueezenetOptions& o, std::int64_t outputs) {
  nn::Sequential net;
  net.add(nn::Conv2d(scaled(64, o.width),
                     {.kernel = 3, .stride = 2, .init = init::he_uniform(), .bias_init = init::zeros()}));
  add_activation(net, o.activation);
  int number = 1;
  for (const std::initializer_list<std::int64_t>& stage :
       {std::initializer_list<std::int64_t>{16, 16}, {32, 32}, {48, 48, 64, 64}}) {
    net.add(pool());
    for (const std::int64_t squeeze : stage) net.add("fire" + std::to_string(++number), fire(squeeze, o));
  }
  add_dropout(net, o.dropout);
  net.add(nn::Conv2d(outputs, {.kernel = 1, .init = init::small_random(), .bias_init = init::zeros()}));
  add_activation(net, o.activation);
  return net.add(nn::GlobalAvgPool());
}

const bool added_squeezenet =
    add("squeezenet", "eight fire modules of 1x1 and 3x3 convolutions, version 1.1, for 224x224",
        [](const SqueezenetOptions& o) {
          return Entry{.input = Shape{3, 224, 224},
                       .outputs = 1000,
                       .defaults = published_training("momentum", 0.04, 512, 68),
                       .make = [o](std::int64_t outputs) { return make_network(o, outputs); }};
        });

}  // namespace
}  // namespace luge::models
