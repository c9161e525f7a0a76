// xor: exclusive or by one hidden layer with tanh. Eight units find it from every start; with the two that
// are enough to hold it (hidden=2; Rumelhart et al. 1986) half of all starts end in a local minimum.
#include "models/layers.h"

namespace luge::models {
namespace {

struct XorOptions {
  Widths hidden = {{8}};
  double dropout = 0;
  std::string activation = "tanh";
  static void fields(auto& self, auto&& field) {
    field("hidden", self.hidden, "widths of the hidden layers; none: a linear model");
    field("dropout", self.dropout, "share that is dropped after each hidden layer", share());
    field("activation", self.activation, "after each hidden layer", activations());
  }
};

nn::Model make_network(const XorOptions& o, std::int64_t outputs) {
  nn::Sequential net;
  add_hidden(net, o.hidden, o.activation, o.dropout);
  return net.add(nn::Linear(outputs));
}

const bool added_xor =
    add("xor", "2-8-1, tanh; hidden=2 is the smallest, which often gets stuck", [](const XorOptions& o) {
      return Entry{.input = Shape{2},
                   .outputs = 1,
                   .defaults = {.data = "xor",
                                .task = "classification",
                                .loss = "binary-cross-entropy",
                                .optimizer = "adam",
                                .learning_rate = 0.05,
                                .batch = 4,
                                .epochs = 1000,
                                .metrics = {"accuracy-from-logits"}},
                   .make = [o](std::int64_t outputs) { return make_network(o, outputs); }};
    });

}  // namespace
}  // namespace luge::models
