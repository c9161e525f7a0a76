// lenet5: LeCun et al. 1998 as it is taught today, rectified and max-pooled, on 28x28 pictures.
#include "models/layers.h"

namespace luge::models {
namespace {

nn::Model make_model(std::int64_t outputs) {
  return nn::sequential(                                                                //
      nn::Conv2d(6, {.kernel = 5, .padding = nn::same}), nn::Relu(), nn::MaxPool2d(2),  //
      nn::Conv2d(16, {.kernel = 5}), nn::Relu(), nn::MaxPool2d(2),                      //
      nn::Flatten(), nn::Linear(120), nn::Relu(), nn::Linear(84), nn::Relu(), nn::Linear(outputs));
}

const bool added = add({.name = "lenet5",
                        .description = "two 5x5 convolutions, three linear layers, relu, max pooling",
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
