// linear-regression: a weighted sum of the columns, fitted by least squares.
#include "models/layers.h"

namespace luge::models {
namespace {

const bool added_linear_regression = add("linear-regression", "a weighted sum of the columns", [] {
  return Entry{.input = Shape{unknown},
               .outputs = 1,
               .defaults = {.data = "",
                            .task = "regression",
                            .loss = "mse",
                            .optimizer = "gradient-descent",
                            .learning_rate = 0.05,
                            .batch = 32,
                            .epochs = 100,
                            .metrics = {}},
               .make = [](std::int64_t outputs) -> nn::Model { return nn::sequential(nn::Linear(outputs)); }};
});

}  // namespace
}  // namespace luge::models
