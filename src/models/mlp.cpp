// mlp: fully connected layers of rectified units, one of 128 by default.
#include "models/layers.h"

namespace luge::models {
namespace {

struct MlpOptions {
  Widths hidden = {{128}};
  double dropout = 0;
  std::string activation = "relu";
  static void fields(auto& self, auto&& field) {
    field("hidden", self.hidden, "widths of the hidden layers; none: a linear model");
    field("dropout", self.dropout, "share that is dropped after each hidden layer", share());
    field("activation", self.activation, "after each hidden layer", activations());
  }
};

nn::Model make_network(const MlpOptions& o, std::int64_t outputs) {
  nn::Sequential net = nn::sequential(nn::Flatten());
  add_hidden(net, o.hidden, o.activation, o.dropout);
  return net.add(nn::Linear(outputs));
}

const bool added = add("mlp", "784-128-10, relu", [](const MlpOptions& o) {
  return Entry{.input = Shape{1, 28, 28},
               .outputs = 10,
               .defaults = picture_training(),
               .make = [o](std::int64_t outputs) { return make_network(o, outputs); }};
});

}  // namespace
}  // namespace luge::models
