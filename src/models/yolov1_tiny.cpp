// yolov1-tiny: Fast YOLO (Redmon et al. 2016), eight convolutions and one fully connected layer, in the form
// with batch norm that its authors trained later: for each of 7x7 cells two boxes and the classes.
#include "luge/nn/rearrange.h"
#include "models/yolo.h"

namespace luge::models {
namespace {

struct YoloV1Options : YoloOptions {
  static void fields(auto& self, auto&& field) { common(self, field); }
};

constexpr std::int64_t kCells = 7;  // along each side of 448 pixels

nn::Model make_network(const YoloV1Options& o, std::int64_t outputs) {
  nn::Sequential net;
  for (const std::int64_t filters : {16, 32, 64, 128, 256, 512}) {
    add_conv(net, o, filters, 3);
    net.add(nn::MaxPool2d(2));
  }
  add_conv(net, o, 1024, 3);
  add_conv(net, o, 256, 3);
  return net.add(nn::Flatten())
      .add(nn::Linear(outputs * kCells * kCells))
      .add(nn::Reshape({outputs, kCells, kCells}));
}

Defaults training() {
  Defaults defaults = detector_training("yolo-v1", "mse", 1);
  defaults.learning_rate = 1e-4;
  defaults.task_options.clear();  // one map, without anchors
  return defaults;
}

const bool added_yolov1_tiny = add(
    "yolov1-tiny", "Fast YOLO: eight convolutions and 7x7 cells, for 448x448", [](const YoloV1Options& o) {
      return Entry{.input = Shape{3, 448, 448},
                   .outputs = 30,
                   .defaults = training(),
                   .make = [o](std::int64_t outputs) { return make_network(o, outputs); }};
    });

}  // namespace
}  // namespace luge::models
