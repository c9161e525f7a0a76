// lenet5-sigmoid: the variant with sigmoids and a third convolution, 41,806 parameters; no activation after
// the second and third convolution.
#include "models/layers.h"

namespace luge::models {
namespace {

nn::Model make_model(std::int64_t outputs) {
  return nn::sequential(                                                             //
      nn::Conv2d(6, {.kernel = 5}), nn::Sigmoid(), nn::MaxPool2d(2), nn::Sigmoid(),  //
      nn::Conv2d(16, {.kernel = 5}), nn::MaxPool2d(2),                               //
      nn::Conv2d(120, {.kernel = 4}), nn::Flatten(), nn::Linear(64), nn::Sigmoid(), nn::Linear(outputs));
}

const bool added = add({.name = "lenet5-sigmoid",
                        .description = "three convolutions, two linear layers, sigmoid",
                        .input = Shape{1, 28, 28},
                        .outputs = 10,
                        .defaults = {.data = "fashion-mnist",
                                     .task = "classification",
                                     .loss = "softmax-cross-entropy",
                                     .optimizer = "adam",
                                     .learning_rate = 1e-3,
                                     .batch = 64,
                                     .epochs = 10,
                                     .metrics = {"accuracy"}},
                        .make = make_model});

}  // namespace
}  // namespace luge::models
