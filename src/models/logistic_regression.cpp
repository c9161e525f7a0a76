// logistic-regression: the logit of a probability as a weighted sum of the columns.
#include "models/layers.h"

namespace luge::models {
namespace {

nn::Model make_model(std::int64_t outputs) { return nn::sequential(nn::Linear(outputs)); }

const bool added = add({.name = "logistic-regression",
                        .description = "the logit of one class as a weighted sum",
                        .input = Shape{unknown},
                        .outputs = 1,
                        .defaults = {.data = "",
                                     .task = "classification",
                                     .loss = "binary-cross-entropy",
                                     .optimizer = "adam",
                                     .learning_rate = 0.01,
                                     .batch = 32,
                                     .epochs = 100,
                                     .metrics = {"accuracy-from-logits"}},
                        .make = make_model});

}  // namespace
}  // namespace luge::models
