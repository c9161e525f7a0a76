// perceptron: one neuron (Rosenblatt 1958), trained by the cross-entropy of its sigmoid. It separates by a
// line.
#include "models/layers.h"

namespace luge::models {
namespace {

nn::Model make_model(std::int64_t outputs) { return nn::sequential(nn::Linear(outputs)); }

const bool added = add({.name = "perceptron",
                        .description = "one neuron",
                        .input = Shape{unknown},
                        .outputs = 1,
                        .defaults = {.data = "xor",
                                     .task = "classification",
                                     .loss = "binary-cross-entropy",
                                     .optimizer = "adam",
                                     .learning_rate = 0.05,
                                     .batch = 4,
                                     .epochs = 1000,
                                     .metrics = {"accuracy-from-logits"}},
                        .make = make_model});

}  // namespace
}  // namespace luge::models
