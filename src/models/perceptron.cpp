// perceptron: one neuron (Rosenblatt 1958), trained by the cross-entropy of its sigmoid. It separates by a
// line.
#include "models/layers.h"

namespace luge::models {
namespace {

const bool added_perceptron = add("perceptron", "one neuron", [] {
  return Entry{.input = Shape{unknown},
               .outputs = 1,
               .defaults = {.data = "xor",
                            .task = "classification",
                            .loss = "binary-cross-entropy",
                            .optimizer = "adam",
                            .learning_rate = 0.05,
                            .batch = 4,
                            .epochs = 1000,
                            .metrics = {"accuracy-from-logits"}},
               .make = [](std::int64_t outputs) -> nn::Model { return nn::sequential(nn::Linear(outputs)); }};
});

}  // namespace
}  // namespace luge::models
