// softmax-regression: logistic regression for several classes, straight from the pixels.
#include "models/layers.h"

namespace luge::models {
namespace {

nn::Model make_model(std::int64_t outputs) { return nn::sequential(nn::Flatten(), nn::Linear(outputs)); }

const bool added = add({.name = "softmax-regression",
                        .description = "logistic regression for several classes",
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
                        .make = make_model});

}  // namespace
}  // namespace luge::models
