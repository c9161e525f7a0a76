// linear-regression: a weighted sum of the columns, fitted by least squares.
#include "models/layers.h"

namespace luge::models {
namespace {

nn::Model make_model(std::int64_t outputs) { return nn::sequential(nn::Linear(outputs)); }

const bool added = add({.name = "linear-regression",
                        .description = "a weighted sum of the columns",
                        .input = Shape{unknown},
                        .outputs = 1,
                        .defaults = {.data = "",
                                     .task = "regression",
                                     .loss = "mse",
                                     .optimizer = "gradient-descent",
                                     .learning_rate = 0.05,
                                     .batch = 32,
                                     .epochs = 100,
                                     .metrics = {}},
                        .make = make_model});

}  // namespace
}  // namespace luge::models
