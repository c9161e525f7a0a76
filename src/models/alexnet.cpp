// alexnet in one column, as torchvision has it (Krizhevsky 2014); alexnet-grouped is the network of
// Krizhevsky et al. 2012, whose two columns see each other only in some layers, with local response
// normalization.
#include "luge/init/init.h"
#include "luge/nn/adaptive_pool.h"
#include "luge/nn/sample_norm.h"
#include "models/layers.h"

namespace luge::models {
namespace {

struct AlexnetOptions {
  double width = 1;
  double dropout = 0.5;
  std::string activation = "relu";
  static void fields(auto& self, auto&& field) {
    field("width", self.width, "factor of all filters and hidden units", factor(),
          options::elsewhere({"width_mult", "alpha"}));
    field("dropout", self.dropout, "share that is dropped of the inputs of both hidden linear layers",
          share());
    field("activation", self.activation, "after each convolution and hidden linear layer", activations());
  }
};

nn::MaxPool2d overlapping_pool() { return nn::MaxPool2d(3, {.stride = 2}); }

nn::Model one_column(const AlexnetOptions& o, std::int64_t outputs) {
  nn::Sequential net;
  const auto conv = [&](std::int64_t filters, std::int64_t kernel, std::int64_t stride,
                        std::int64_t padding) {
    net.add(nn::Conv2d(scaled(filters, o.width), {.kernel = kernel, .stride = stride, .padding = padding}));
    add_activation(net, o.activation);
  };
  conv(64, 11, 4, 2);
  net.add(overlapping_pool());
  conv(192, 5, 1, 2);
  net.add(overlapping_pool());
  conv(384, 3, 1, 1);
  conv(256, 3, 1, 1);
  conv(256, 3, 1, 1);
  net.add(overlapping_pool()).add(nn::AdaptiveAvgPool2d(6)).add(nn::Flatten());
  for (int hidden = 0; hidden < 2; ++hidden) {
    add_dropout(net, o.dropout);
    net.add(nn::Linear(scaled(4096, o.width)));
    add_activation(net, o.activation);
  }
  return net.add(nn::Linear(outputs));
}

// Filters that two columns share.
std::int64_t in_pairs(std::int64_t filters, double width) { return 2 * scaled(filters / 2, width); }

nn::Model two_columns(const AlexnetOptions& o, std::int64_t outputs) {
  const init::Initializer draw = init::normal(0, 0.01);
  nn::Sequential net;
  // Biases of 1 give relu positive inputs early in training.
  const auto conv = [&](std::int64_t filters, nn::ConvLayerOptions options, bool positive) {
    options.init = draw;
    options.bias_init = positive ? init::ones() : init::zeros();
    net.add(nn::Conv2d(in_pairs(filters, o.width), options));
    add_activation(net, o.activation);
  };
  // k + α·Σ of the paper is bias + alpha·Σ/size here.
  const auto normalize = [&] { net.add(nn::LocalResponseNorm(5, {.alpha = 5e-4, .beta = 0.75, .bias = 2})); };
  conv(96, {.kernel = 11, .stride = 4, .padding = 2}, false);
  normalize();
  net.add(overlapping_pool());
  conv(256, {.kernel = 5, .padding = 2, .groups = 2}, true);
  normalize();
  net.add(overlapping_pool());
  conv(384, {.kernel = 3, .padding = 1}, false);
  conv(384, {.kernel = 3, .padding = 1, .groups = 2}, true);
  conv(256, {.kernel = 3, .padding = 1, .groups = 2}, true);
  net.add(overlapping_pool()).add(nn::Flatten());
  for (int hidden = 0; hidden < 2; ++hidden) {
    add_dropout(net, o.dropout);
    net.add(nn::Linear(scaled(4096, o.width), {.init = draw, .bias_init = init::ones()}));
    add_activation(net, o.activation);
  }
  return net.add(nn::Linear(outputs, {.init = draw, .bias_init = init::zeros()}));
}

template <nn::Model (*make)(const AlexnetOptions&, std::int64_t)>
Entry entry(const AlexnetOptions& o) {
  return {.input = Shape{3, 224, 224},
          .outputs = 1000,
          .defaults = published_training("momentum", 0.01, 128, 90),
          .make = [o](std::int64_t outputs) { return make(o, outputs); }};
}

const bool added_alexnet =
    add("alexnet", "five convolutions, three linear layers, dropout, for 224x224", entry<one_column>);
const bool added_grouped =
    add("alexnet-grouped", "alexnet as of 2012: columns as groups, local response norm, for 224x224",
        entry<two_columns>);

}  // namespace
}  // namespace luge::models
