// yolov3-tiny: the small YOLOv3 (Redmon and Farhadi 2018). With one scale it is the trunk, from the picture
// to the coarse map: for each of 13x13 cells three boxes of 85 numbers. With two it has the finer map, too.
#include "luge/nn/branches.h"
#include "luge/nn/merge.h"
#include "luge/nn/resize.h"
#include "models/yolo.h"

namespace luge::models {
namespace {

struct TinyOptions : YoloOptions {
  std::int64_t scales = 1;
  static void fields(auto& self, auto&& field) {
    common(self, field);
    field("scales", self.scales, "maps: 1 is the trunk alone, 2 the published detector",
          options::within(1, 2));
  }
};

// Convolutions with a pooling after each.
void add_pooled(nn::Sequential& net, const TinyOptions& o, std::initializer_list<std::int64_t> filters) {
  for (const std::int64_t each : filters) {
    add_conv(net, o, each, 3);
    net.add(nn::MaxPool2d(2));
  }
}

nn::Model trunk(const TinyOptions& o, std::int64_t outputs) {
  nn::Sequential net;
  add_pooled(net, o, {16, 32, 64, 128, 256});
  add_conv(net, o, 512, 3);
  add_conv(net, o, 1024, 3);
  add_conv(net, o, 256, 1);
  add_conv(net, o, 512, 3);
  return net.add(nn::Conv2d(outputs, {.kernel = 1}));
}

nn::Model two_maps(const TinyOptions& o, std::int64_t outputs) {
  nn::Sequential first, deep;
  add_pooled(first, o, {16, 32, 64, 128});
  add_conv(first, o, 256, 3);
  deep.add(nn::MaxPool2d(2));
  add_conv(deep, o, 512, 3);
  add_conv(deep, o, 1024, 3);
  add_conv(deep, o, 256, 1);
  const auto head = [&](std::int64_t filters) {
    return conv(o, filters, 3).add(nn::Conv2d(outputs, {.kernel = 1}));
  };
  return nn::Branches({{"first", first},
                       {"deep", deep},
                       {"up", conv(o, 128, 1).add(nn::Upsample())},
                       {"join", nn::Concat(), {"up", "first"}},
                       {"fine", head(256)},
                       {"coarse", head(512), {"deep"}}},
                      {.outputs = {"fine", "coarse"}});
}

const Defaults of_trunk = {.data = "",
                           .task = "regression",
                           .loss = "mse",
                           .optimizer = "adam",
                           .learning_rate = 1e-3,
                           .batch = 4,
                           .epochs = 50,
                           .metrics = {}};

const bool added_yolov3_tiny =
    add("yolov3-tiny", "trunk of ten convolutions, batch norm, leaky relu, for 416x416",
        [](const TinyOptions& o) {
          return Entry{
              .input = Shape{3, 416, 416},
              .outputs = 255,
              .defaults = o.scales == 1 ? of_trunk : detector_training("yolo-v3", "binary-cross-entropy", 2),
              .make = [o](std::int64_t outputs) {
                return o.scales == 1 ? trunk(o, outputs) : two_maps(o, outputs);
              }};
        });

}  // namespace
}  // namespace luge::models
