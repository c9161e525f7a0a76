// captcha-cnn: reads a few characters at once, one head for each position. Convolutions and one hidden layer
// see the whole picture and give features of each position; the last layer, which all positions share, says a
// character or none.
#include "luge/nn/rearrange.h"
#include "models/layers.h"
#include "models/text_layers.h"

namespace luge::models {

namespace {

struct CaptchaOptions {
  std::int64_t positions = 6;
  std::vector<std::int64_t> filters = {32, 64, 96, 128};
  std::int64_t units = 96;
  double dropout = 0.25;
  std::string activation = "relu";
  static void fields(auto& self, auto&& field) {
    field("positions", self.positions, "the most characters of a picture", options::within(1, 64),
          options::elsewhere({"length", "max_length", "captcha_length"}));
    field("filters", self.filters, "of each 3x3 convolution; the extents are halved after each", count(),
          options::elsewhere({"channels", "width"}));
    field("units", self.units, "of the hidden layer for each position", count(),
          options::elsewhere({"hidden", "features"}));
    field("dropout", self.dropout, "share that is dropped after the hidden layer", share());
    field("activation", self.activation, "after each convolution and the hidden layer", activations());
  }
};

nn::Model make_network(const CaptchaOptions& o, std::int64_t outputs) {
  nn::Sequential net;
  for (const std::int64_t filters : o.filters) {
    add_normalized_convolution(net, filters, o.activation);
    net.add(nn::MaxPool2d(2));
  }
  net.add(nn::Flatten());
  net.add(nn::Linear(o.positions * o.units));
  add_activation(net, o.activation);
  add_dropout(net, o.dropout);
  net.add(nn::Reshape({o.positions, o.units}));
  return net.add(nn::Linear(outputs));
}

const bool added_captcha_cnn =
    add("captcha-cnn", "text of a few characters: 4 convolutions, one head for each position",
        [](const CaptchaOptions& o) {
          return Entry{.input = Shape{1, 48, 144},
                       .outputs = 33,
                       .defaults = text_training("softmax-cross-entropy"),
                       .make = [o](std::int64_t outputs) { return make_network(o, outputs); }};
        });

}  // namespace
}  // namespace luge::models
