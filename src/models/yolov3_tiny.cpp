// yolov3-tiny: the trunk of the small YOLOv3 (Redmon and Farhadi 2018), from the picture to the map of one
// scale: for each of 13x13 cells three boxes of 85 numbers.
#include "models/resnet.h"

namespace luge::models {
namespace {

void add_conv(nn::Sequential& net, std::int64_t filters, std::int64_t kernel) {
  net.add(plain_conv(filters, kernel)).add(nn::BatchNorm()).add(nn::LeakyRelu(0.1));
}

nn::Model make_model(std::int64_t outputs) {
  nn::Sequential net;
  for (const std::int64_t filters : {16, 32, 64, 128, 256}) {
    add_conv(net, filters, 3);
    net.add(nn::MaxPool2d(2));
  }
  add_conv(net, 512, 3);
  add_conv(net, 1024, 3);
  add_conv(net, 256, 1);
  add_conv(net, 512, 3);
  return net.add(nn::Conv2d(outputs, {.kernel = 1}));
}

const bool added = add({.name = "yolov3-tiny",
                        .description = "trunk of ten convolutions, batch norm, leaky relu, for 416x416",
                        .input = Shape{3, 416, 416},
                        .outputs = 255,
                        .defaults = {.data = "",
                                     .task = "regression",
                                     .loss = "mse",
                                     .optimizer = "adam",
                                     .learning_rate = 1e-3,
                                     .batch = 4,
                                     .epochs = 50,
                                     .metrics = {}},
                        .make = make_model});

}  // namespace
}  // namespace luge::models
