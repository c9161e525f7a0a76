// xor: exclusive or by one hidden layer with tanh. Eight units find it from every start; with the two that
// are enough to hold it (hidden=2; Rumelhart et al. 1986) half of all starts end in a local minimum.
#include "models/layers.h"

namespace luge::models {
namespace {

const Hidden kUsual = {.widths = {8}};

nn::Model make_model(std::int64_t outputs, const Hidden& hidden) {
  nn::Sequential net;
  for (const std::int64_t width : hidden.widths) {
    net.add(nn::Linear(width)).add(nn::Tanh());
    if (hidden.dropout > 0) net.add(nn::Dropout(hidden.dropout));
  }
  net.add(nn::Linear(outputs));
  return net;
}

const bool added = add({.name = "xor",
                        .description = "2-8-1, tanh; hidden=2 is the smallest, which often gets stuck",
                        .input = Shape{2},
                        .outputs = 1,
                        .defaults = {.data = "xor",
                                     .task = "classification",
                                     .loss = "binary-cross-entropy",
                                     .optimizer = "adam",
                                     .learning_rate = 0.05,
                                     .batch = 4,
                                     .epochs = 1000,
                                     .metrics = {"accuracy-from-logits"}},
                        .make = [](std::int64_t outputs) { return make_model(outputs, kUsual); },
                        .hidden = kUsual,
                        .make_hidden = make_model});

}  // namespace
}  // namespace luge::models
