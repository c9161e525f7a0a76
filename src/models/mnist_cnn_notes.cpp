// mnist-cnn-notes: two convolutions whose activations come after the pooling, rectified first and sigmoid
// then, and a hidden layer without any. All weights and biases are drawn from N(0, 0.1).
#include "luge/init/init.h"
#include "models/layers.h"

namespace luge::models {
namespace {

struct NotesOptions {
  double width = 1;
  double dropout = 0.5;
  std::string activation = "sigmoid";
  static void fields(auto& self, auto&& field) {
    field("width", self.width, "factor of all filters and hidden units", factor(),
          options::elsewhere({"width_mult", "alpha"}));
    field("dropout", self.dropout, "share that is dropped of the hidden units; 1 - keep_prob", share());
    field("activation", self.activation, "after the second pooling; after the first it is relu",
          activations());
  }
};

nn::Model make_network(const NotesOptions& o, std::int64_t outputs) {
  const init::Initializer draw = init::normal(0, 0.1);
  const auto conv = [&] {
    return nn::Conv2d(scaled(64, o.width),
                      {.kernel = 3, .padding = nn::same, .init = draw, .bias_init = draw});
  };
  nn::Sequential net = nn::sequential(conv(), nn::MaxPool2d(2), nn::Relu(), conv(), nn::MaxPool2d(2));
  add_activation(net, o.activation);
  net.add(nn::Flatten()).add(nn::Linear(scaled(1024, o.width), {.init = draw, .bias_init = draw}));
  add_dropout(net, o.dropout);
  return net.add(nn::Linear(outputs, {.init = draw, .bias_init = draw}));
}

const bool added_mnist_cnn_notes =
    add("mnist-cnn-notes", "two convolutions, relu and sigmoid after pooling, 1024 linear units, dropout",
        [](const NotesOptions& o) {
          Defaults defaults = picture_training();
          defaults.batch = 550;
          defaults.epochs = 10;
          return Entry{.input = Shape{1, 28, 28},
                       .outputs = 10,
                       .defaults = defaults,
                       .make = [o](std::int64_t outputs) { return make_network(o, outputs); }};
        });

}  // namespace
}  // namespace luge::models
