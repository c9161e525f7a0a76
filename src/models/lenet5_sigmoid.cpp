// lenet5-sigmoid: the variant with sigmoids and a third convolution, 41,806 parameters; no activation after
// the second and third convolution.
#include "models/layers.h"

namespace luge::models {
namespace {

nn::Model make_network(std::int64_t outputs) {
  return nn::sequential(                                                             //
      nn::Conv2d(6, {.kernel = 5}), nn::Sigmoid(), nn::MaxPool2d(2), nn::Sigmoid(),  //
      nn::Conv2d(16, {.kernel = 5}), nn::MaxPool2d(2),                               //
      nn::Conv2d(120, {.kernel = 4}), nn::Flatten(), nn::Linear(64), nn::Sigmoid(), nn::Linear(outputs));
}

Entry entry() {
  Defaults defaults = picture_training();
  defaults.epochs = 10;
  return {.input = Shape{1, 28, 28}, .outputs = 10, .defaults = defaults, .make = make_network};
}

const bool added_lenet5_sigmoid =
    add("lenet5-sigmoid", "three convolutions, two linear layers, sigmoid", entry);

}  // namespace
}  // namespace luge::models
