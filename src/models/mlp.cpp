// mlp: fully connected layers of rectified units, one of 128 by default.
#include "models/layers.h"

namespace luge::models {
namespace {

const Hidden kUsual = {.widths = {128}};

nn::Model make_model(std::int64_t outputs, const Hidden& hidden) {
  nn::Sequential net;
  net.add(nn::Flatten());
  for (const std::int64_t width : hidden.widths) {
    net.add(nn::Linear(width)).add(nn::Relu());
    if (hidden.dropout > 0) net.add(nn::Dropout(hidden.dropout));
  }
  net.add(nn::Linear(outputs));
  return net;
}

const bool added = add({.name = "mlp",
                        .description = "784-128-10, relu; hidden=256,128 and dropout=0.3 change it",
                        .input = Shape{1, 28, 28},
                        .outputs = 10,
                        .defaults = {.data = "fashion-mnist",
                                     .task = "classification",
                                     .loss = "softmax-cross-entropy",
                                     .optimizer = "adam",
                                     .learning_rate = 1e-3,
                                     .batch = 64,
                                     .epochs = 5,
                                     .metrics = {"accuracy"}},
                        .make = [](std::int64_t outputs) { return make_model(outputs, kUsual); },
                        .hidden = kUsual,
                        .make_hidden = make_model});

}  // namespace
}  // namespace luge::models
