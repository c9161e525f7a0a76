// softmax-regression: logistic regression for several classes, straight from the pixels.
#include "models/layers.h"

namespace luge::models {
namespace {

const bool added_softmax_regression =
    add("softmax-regression", "logistic regression for several classes", [] {
      return Entry{.input = Shape{1, 28, 28},
                   .outputs = 10,
                   .defaults = picture_training(),
                   .make = [](std::int64_t outputs) -> nn::Model {
                     return nn::sequential(nn::Flatten(), nn::Linear(outputs));
                   }};
    });

}  // namespace
}  // namespace luge::models
