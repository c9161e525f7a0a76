// lenet5: LeCun et al. 1998 as it is taught today, rectified and max-pooled, on 28x28 pictures.
#include "models/layers.h"

namespace luge::models {
namespace {

struct LenetOptions {
  double width = 1;
  double dropout = 0;
  std::string activation = "relu";
  static void fields(auto& self, auto&& field) {
    field("width", self.width, "factor of all filters and hidden units", factor(),
          options::elsewhere({"width_mult", "alpha"}));
    field("dropout", self.dropout, "share that is dropped after each hidden linear layer", share());
    field("activation", self.activation, "after each convolution and hidden linear layer", activations());
  }
};

nn::Model make_network(const LenetOptions& o, std::int64_t outputs) {
  nn::Sequential net;
  net.add(nn::Conv2d(scaled(6, o.width), {.kernel = 5, .padding = nn::same}));
  add_activation(net, o.activation);
  net.add(nn::MaxPool2d(2)).add(nn::Conv2d(scaled(16, o.width), {.kernel = 5}));
  add_activation(net, o.activation);
  net.add(nn::MaxPool2d(2)).add(nn::Flatten());
  add_hidden(net, {{scaled(120, o.width), scaled(84, o.width)}}, o.activation, o.dropout);
  return net.add(nn::Linear(outputs));
}

const bool added_lenet5 =
    add("lenet5", "two 5x5 convolutions, three linear layers, relu, max pooling", [](const LenetOptions& o) {
      return Entry{.input = Shape{1, 28, 28},
                   .outputs = 10,
                   .defaults = picture_training(),
                   .make = [o](std::int64_t outputs) { return make_network(o, outputs); }};
    });

}  // namespace
}  // namespace luge::models
