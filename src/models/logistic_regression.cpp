// logistic-regression: the logit of a probability as a weighted sum of the columns.
#include "models/layers.h"

namespace luge::models {
namespace {

const bool added_logistic_regression =
    add("logistic-regression", "the logit of one class as a weighted sum", [] {
      return Entry{
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
          .make = [](std::int64_t outputs) -> nn::Model { return nn::sequential(nn::Linear(outputs)); }};
    });

}  // namespace
}  // namespace luge::models
