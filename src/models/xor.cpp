// xor: the smallest network that computes exclusive or, 2-2-1 with tanh (Rumelhart et al. 1986). It does not
// always get there.
#include "models/layers.h"

namespace luge::models {
namespace {

nn::Model make_model(std::int64_t outputs) {
  return nn::sequential(nn::Linear(2), nn::Tanh(), nn::Linear(outputs));
}

const bool added = add({.name = "xor",
                        .description = "2-2-1 with tanh",
                        .input = Shape{2},
                        .outputs = 1,
                        .defaults = {.data = "xor",
                                     .loss = "binary-cross-entropy",
                                     .optimizer = "adam",
                                     .learning_rate = 0.05,
                                     .batch = 4,
                                     .epochs = 1000,
                                     .metrics = {"accuracy-from-logits"}},
                        .make = make_model});

}  // namespace
}  // namespace luge::models
