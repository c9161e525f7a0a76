// vgg11 and vgg16: 3x3 convolutions alone, 8 or 13 of them in five stages (Simonyan and Zisserman 2015,
// configurations A and D), as in torchvision.
#include <array>

#include "luge/init/init.h"
#include "luge/nn/adaptive_pool.h"
#include "models/layers.h"

namespace luge::models {
namespace {

struct VggOptions {
  double width = 1;
  double dropout = 0.5;
  std::string activation = "relu";
  static void fields(auto& self, auto&& field) {
    field("width", self.width, "factor of all filters and hidden units", factor(),
          options::elsewhere({"width_mult", "alpha"}));
    field("dropout", self.dropout, "share that is dropped after each hidden linear layer", share());
    field("activation", self.activation, "after each convolution and hidden linear layer", activations());
  }
};

constexpr std::int64_t filters[] = {64, 128, 256, 512, 512};  // of the stages
using Depths = std::array<std::int64_t, 5>;

nn::Linear linear(std::int64_t outputs) {
  return nn::Linear(outputs, {.init = init::small_random(), .bias_init = init::zeros()});
}

nn::Model make_network(const Depths& depths, const VggOptions& o, std::int64_t outputs) {
  nn::Sequential net;
  for (std::size_t stage = 0; stage < depths.size(); ++stage) {
    for (std::int64_t k = 0; k < depths[stage]; ++k) {
      net.add(nn::Conv2d(
          scaled(filters[stage], o.width),
          {.kernel = 3, .padding = 1, .init = init::he_normal(init::Fan::out), .bias_init = init::zeros()}));
      add_activation(net, o.activation);
    }
    net.add(nn::MaxPool2d(2));
  }
  net.add(nn::AdaptiveAvgPool2d(7)).add(nn::Flatten());
  for (int hidden = 0; hidden < 2; ++hidden) {
    net.add(linear(scaled(4096, o.width)));
    add_activation(net, o.activation);
    add_dropout(net, o.dropout);
  }
  return net.add(linear(outputs));
}

Entry entry(const Depths& depths, const VggOptions& o) {
  return {.input = Shape{3, 224, 224},
          .outputs = 1000,
          .defaults = published_training("momentum", 0.01, 256, 74),
          .make = [=](std::int64_t outputs) { return make_network(depths, o, outputs); }};
}

const bool added_11 = add("vgg11", "eight 3x3 convolutions, three linear layers, dropout, for 224x224",
                          [](const VggOptions& o) {
                            return entry({1, 1, 2, 2, 2}, o);
                          });
const bool added_16 = add("vgg16", "thirteen 3x3 convolutions, three linear layers, dropout, for 224x224",
                          [](const VggOptions& o) {
                            return entry({2, 2, 3, 3, 3}, o);
                          });

}  // namespace
}  // namespace luge::models
