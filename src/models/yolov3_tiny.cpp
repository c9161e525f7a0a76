// yolov3-tiny: the trunk of the small YOLOv3 (Redmon and Farhadi 2018), from the picture to the map of one
// scale: for each of 13x13 cells three boxes of 85 numbers.
#include <optional>

#include "models/resnet.h"

namespace luge::models {
namespace {

struct YoloOptions {
  double width = 1;
  std::optional<std::string> activation = {};
  static void fields(auto& self, auto&& field) {
    field("width", self.width, "factor of all filters", factor(), options::elsewhere({"width_mult"}));
    field("activation", self.activation,
          "after each batch norm (default: leaky relu with the slope 0.1 for negative inputs)",
          activations());
  }
};

void add_conv(nn::Sequential& net, const YoloOptions& o, std::int64_t filters, std::int64_t kernel) {
  net.add(plain_conv(scaled(filters, o.width), kernel)).add(nn::BatchNorm());
  if (o.activation) {
    add_activation(net, *o.activation);
  } else {
    net.add(nn::LeakyRelu(0.1));
  }
}

nn::Model make_network(const YoloOptions& o, std::int64_t outputs) {
  nn::Sequential net;
  for (const std::int64_t filters : {16, 32, 64, 128, 256}) {
    add_conv(net, o, filters, 3);
    net.add(nn::MaxPool2d(2));
  }
  add_conv(net, o, 512, 3);
  add_conv(net, o, 1024, 3);
  add_conv(net, o, 256, 1);
  add_conv(net, o, 512, 3);
  return net.add(nn::Conv2d(outputs, {.kernel = 1}));
}

const bool added = add("yolov3-tiny", "trunk of ten convolutions, batch norm, leaky relu, for 416x416",
                       [](const YoloOptions& o) {
                         return Entry{.input = Shape{3, 416, 416},
                                      .outputs = 255,
                                      .defaults = {.data = "",
                                                   .task = "regression",
                                                   .loss = "mse",
                                                   .optimizer = "adam",
                                                   .learning_rate = 1e-3,
                                                   .batch = 4,
                                                   .epochs = 50,
                                                   .metrics = {}},
                                      .make = [o](std::int64_t outputs) { return make_network(o, outputs); }};
                       });

}  // namespace
}  // namespace luge::models
