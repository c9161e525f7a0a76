// mlp: fully connected layers, one of 128 rectified units by default. Its options show what depth needs.
#include "luge/nn/layers.h"
#include "models/layers.h"

namespace luge::models {
namespace {

constexpr const char* kNone = "none";

struct MlpOptions {
  Widths hidden = {{128}};
  double dropout = 0;
  std::string activation = "relu";
  std::string normalization = kNone;
  bool residual = false;
  std::optional<init::Initializer> initializer = {};
  static void fields(auto& self, auto&& field) {
    field("hidden", self.hidden, "widths of the hidden layers; none: a linear model");
    field("dropout", self.dropout, "share that is dropped after each hidden layer", share());
    field("activation", self.activation, "after each hidden layer", activations());
    field("normalization", self.normalization, "before each activation",
          options::one_of({kNone, "batch-norm", "layer-norm", "rms-norm"}), options::elsewhere({"norm"}));
    field("residual", self.residual, "add the input of each hidden layer that has as many units before it");
    field("initializer", self.initializer, "how weights begin, and biases at 0; default: within ±1/√inputs",
          options::elsewhere({"weight_init", "kernel_initializer"}));
  }
};

nn::Linear linear(const MlpOptions& o, std::int64_t outputs) {
  if (!o.initializer) return nn::Linear(outputs);
  return nn::Linear(outputs, {.init = *o.initializer, .bias_init = init::zeros()});
}

// What a hidden layer is, added to `net`.
void add_layer(nn::Sequential& net, const MlpOptions& o, std::int64_t width) {
  net.add(linear(o, width));
  if (o.normalization != kNone) net.add(nn::layer(o.normalization));
  add_activation(net, o.activation);
  add_dropout(net, o.dropout);
}

nn::Model make_network(const MlpOptions& o, std::int64_t outputs) {
  nn::Sequential net = nn::sequential(nn::Flatten());
  std::int64_t before = 0;
  for (const std::int64_t width : o.hidden.each) {
    if (o.residual && width == before) {
      nn::Sequential body;
      add_layer(body, o, width);
      net.add(nn::Residual(body));
    } else {
      add_layer(net, o, width);
    }
    before = width;
  }
  return net.add(linear(o, outputs));
}

const bool added_mlp = add("mlp", "784-128-10, relu", [](const MlpOptions& o) {
  return Entry{.input = Shape{1, 28, 28},
               .outputs = 10,
               .defaults = picture_training(),
               .make = [o](std::int64_t outputs) { return make_network(o, outputs); }};
});

}  // namespace
}  // namespace luge::models
