// airbench: a network for 32x32 pictures that learns CIFAR-10 in ten passes (Jordan 2024, airbench94): a 2x2
// layer that whitens its patches, three blocks of two convolutions, normalizations without scale, and the
// training that belongs to it.
#include "luge/init/structured.h"
#include "luge/nn/global_pool.h"
#include "luge/nn/scale.h"
#include "models/layers.h"

namespace luge::models {
namespace {

struct AirbenchOptions {
  double width = 1;
  std::string activation = "gelu";
  static void fields(auto& self, auto&& field) {
    field("width", self.width, "factor of the filters of the blocks, 64, 256 and 256", factor(),
          options::elsewhere({"width_mult", "alpha"}));
    field("activation", self.activation, "after the first layer and each batch norm", activations());
  }
};

// The first filters pass the channels on, so that each block begins as the identity and a pooling.
nn::Conv2d conv(std::int64_t filters) {
  return nn::Conv2d(
      filters,
      {.kernel = 3, .padding = nn::same, .bias = false, .init = init::dirac(1, init::fan_in_uniform())});
}

nn::BatchNorm norm() { return nn::BatchNorm({.momentum = 0.4, .epsilon = 1e-12, .scale = false}); }

nn::Sequential block(std::int64_t filters, const std::string& activation) {
  nn::Sequential net;
  net.add("conv1", conv(filters)).add("pool", nn::MaxPool2d(2)).add("norm1", norm());
  add_activation(net, activation);
  net.add("conv2", conv(filters)).add("norm2", norm());
  add_activation(net, activation);
  return net;
}

nn::Model make_network(const AirbenchOptions& o, std::int64_t outputs) {
  nn::Sequential net;
  // A filter for each axis of the 2x2 patches of three channels, and one for its opposite.
  net.add("whiten", nn::Conv2d(24, {.kernel = 2, .bias_init = init::zeros()}));
  add_activation(net, o.activation);
  int number = 0;
  for (const std::int64_t filters : {64, 256, 256})
    net.add("block" + std::to_string(++number), block(scaled(filters, o.width), o.activation));
  net.add(nn::GlobalMaxPool()).add(nn::Linear(outputs, {.bias = false}));
  return net.add(nn::Scale(1.0 / 9));
}

// The published rates are for sums over 1,024 samples: with momentum m and k = 1 + 1/(1 - m), the rate is
// 11.5/(1024·k) and the decay 0.0153/k for each step. Here the loss is a mean, and decay is times the rate.
constexpr std::int64_t kBatch = 1024;
constexpr double kMomentum = 0.85, kRate = 1.5, kDecay = 0.0153 / 11.5;  // 11.5/k; 0.0153/k/kRate
constexpr double kBiases = 64;                                           // times the rate of the weights
constexpr double kLookahead = 0.95 * 0.95 * 0.95 * 0.95 * 0.95;

std::string text(double number) { return options::text(options::Value(number)); }

Defaults training() {
  return {.data = "",
          .task = "classification",
          .loss = "softmax-cross-entropy",
          .optimizer = "nesterov",
          .learning_rate = kRate,
          .batch = kBatch,
          .epochs = 10,
          .metrics = {"accuracy"},
          .settings = {{"loss.label_smoothing", "0.2"},
                       {"optimizer.momentum", text(kMomentum)},
                       {"optimizer.weight_decay", text(kDecay)},
                       {"optimizer.rate_factors", "*norm*.bias:" + text(kBiases)},
                       {"optimizer.weight_decays", "*norm*.bias:" + text(kDecay / kBiases)},
                       {"schedule.name", "one-cycle"},
                       {"schedule.anneal", "linear"},
                       {"schedule.rising", "0.23"},
                       {"schedule.start", "5"},  // 1/0.2
                       {"schedule.end", text(0.2 / 0.07)},
                       {"averaging.kind", "lookahead"},
                       {"averaging.decay", text(kLookahead)},
                       {"averaging.rising", "true"},
                       {"averaging.every", "5"},
                       {"data.augment", "flip,crop"},
                       {"augment.flip.alternate", "true"},
                       {"augment.crop.padding", "2"},
                       {"augment.crop.border", "reflect"},
                       {"init.whiten", "*whiten"},
                       {"train.freeze", "*whiten.weight"},
                       {"views.mirror", "true"},
                       {"views.shift", "1"}}};
}

const bool added_airbench =
    add("airbench", "three blocks of gelu on whitened 2x2 patches, for 32x32, in ten epochs",
        [](const AirbenchOptions& o) {
          return Entry{.input = Shape{3, 32, 32},
                       .outputs = 10,
                       .defaults = training(),
                       .make = [o](std::int64_t outputs) { return make_network(o, outputs); }};
        });

}  // namespace
}  // namespace luge::models
