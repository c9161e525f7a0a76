// yolov3: Darknet-53 and three maps (Redmon and Farhadi 2018).
#include "luge/nn/branches.h"
#include "luge/nn/merge.h"
#include "luge/nn/resize.h"
#include "models/yolo.h"

namespace luge::models {
namespace {

struct YoloV3Options : YoloOptions {
  static void fields(auto& self, auto&& field) { common(self, field); }
};

// Five convolutions, whose result goes to the head and to the next map.
nn::Sequential five(const YoloOptions& o, std::int64_t filters) {
  nn::Sequential net = conv(o, filters, 1);
  for (int k = 0; k < 2; ++k) {
    add_conv(net, o, 2 * filters, 3);
    add_conv(net, o, filters, 1);
  }
  return net;
}

nn::Model make_network(const YoloV3Options& o, std::int64_t outputs) {
  const auto head = [&](std::int64_t filters) {
    return conv(o, filters, 3).add(nn::Conv2d(outputs, {.kernel = 1}));
  };
  const auto up = [&](std::int64_t filters) { return conv(o, filters, 1).add(nn::Upsample()); };
  return nn::Branches({{"stem", conv(o, 32, 3)},
                       {"stage1", darknet_stage(o, 64, 1)},
                       {"stage2", darknet_stage(o, 128, 2)},
                       {"stage3", darknet_stage(o, 256, 8)},
                       {"stage4", darknet_stage(o, 512, 8)},
                       {"stage5", darknet_stage(o, 1024, 4)},
                       {"neck5", five(o, 512)},
                       {"up5", up(256)},
                       {"join4", nn::Concat(), {"up5", "stage4"}},
                       {"neck4", five(o, 256)},
                       {"up4", up(128)},
                       {"join3", nn::Concat(), {"up4", "stage3"}},
                       {"neck3", five(o, 128)},
                       {"fine", head(256), {"neck3"}},
                       {"middle", head(512), {"neck4"}},
                       {"coarse", head(1024), {"neck5"}}},
                      {.outputs = {"fine", "middle", "coarse"}});
}

const bool added_yolov3 =
    add("yolov3", "Darknet-53 with maps of 3 sizes for boxes, 75 convolutions", [](const YoloV3Options& o) {
      return Entry{.input = Shape{3, 416, 416},
                   .outputs = 255,
                   .defaults = detector_training("yolo-v3", "binary-cross-entropy", 3),
                   .make = [o](std::int64_t outputs) { return make_network(o, outputs); }};
    });

}  // namespace
}  // namespace luge::models
