// cnn-64-64-1024: two 3x3 convolutions of 64 maps, a hidden layer of 1024 with dropout.
#include "models/layers.h"

namespace luge::models {
namespace {

nn::Model make_model(std::int64_t outputs) {
  return nn::sequential(                                                                 //
      nn::Conv2d(64, {.kernel = 3, .padding = nn::same}), nn::Relu(), nn::MaxPool2d(2),  //
      nn::Conv2d(64, {.kernel = 3, .padding = nn::same}), nn::Relu(), nn::MaxPool2d(2),  //
      nn::Flatten(), nn::Linear(1024), nn::Relu(), nn::Dropout(0.5), nn::Linear(outputs));
}

const bool added = add({.name = "cnn-64-64-1024",
                        .description = "two 3x3 convolutions of 64 maps, 1024 hidden units, dropout",
                        .input = Shape{1, 28, 28},
                        .outputs = 10,
                        .defaults = {.data = "fashion-mnist",
                                     .task = "classification",
                                     .loss = "softmax-cross-entropy",
                                     .optimizer = "adam",
                                     .learning_rate = 1e-3,
                                     .batch = 550,
                                     .epochs = 5,
                                     .metrics = {"accuracy"}},
                        .make = make_model});

}  // namespace
}  // namespace luge::models
