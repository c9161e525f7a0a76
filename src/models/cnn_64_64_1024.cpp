// cnn-64-64-1024: two 3x3 convolutions of 64 maps, a hidden layer of 1024 with dropout.
#include "models/layers.h"

namespace luge::models {
namespace {

struct CnnOptions {
  std::vector<std::int64_t> filters = {64, 64};
  Widths hidden = {{1024}};
  double dropout = 0.5;
  std::string activation = "relu";
  static void fields(auto& self, auto&& field) {
    field("filters", self.filters, "of each 3x3 convolution; the extents are halved after each", count(),
          options::elsewhere({"channels", "width"}));
    field("hidden", self.hidden, "widths of the hidden linear layers");
    field("dropout", self.dropout, "share that is dropped after each hidden linear layer", share());
    field("activation", self.activation, "after each convolution and hidden linear layer", activations());
  }
};

nn::Model make_network(const CnnOptions& o, std::int64_t outputs) {
  nn::Sequential net;
  for (const std::int64_t filters : o.filters) {
    net.add(nn::Conv2d(filters, {.kernel = 3, .padding = nn::same}));
    add_activation(net, o.activation);
    net.add(nn::MaxPool2d(2));
  }
  net.add(nn::Flatten());
  add_hidden(net, o.hidden, o.activation, o.dropout);
  return net.add(nn::Linear(outputs));
}

const bool added_cnn_64_64_1024 = add(
    "cnn-64-64-1024", "two 3x3 convolutions of 64 maps, 1024 hidden units, dropout", [](const CnnOptions& o) {
      Defaults defaults = picture_training();
      defaults.batch = 550;
      return Entry{
          .input = Shape{1, 28, 28}, .outputs = 10, .defaults = defaults, .make = [o](std::int64_t outputs) {
            return make_network(o, outputs);
          }};
    });

}  // namespace
}  // namespace luge::models
