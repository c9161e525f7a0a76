// yolo: a small detector with three maps, for trainings from nothing: five stages of residual blocks, and a
// way back up that gives the finer maps what the coarser ones saw (Lin et al. 2017).
#include "models/yolo.h"

#include "luge/nn/branches.h"
#include "luge/nn/merge.h"
#include "luge/nn/resize.h"

namespace luge::models {

nn::Sequential darknet_stage(const YoloOptions& o, std::int64_t filters, int blocks) {
  nn::Sequential net = conv(o, filters, 3, 2);
  for (int k = 0; k < blocks; ++k) {
    nn::Sequential block = conv(o, filters / 2, 1);
    add_conv(block, o, filters, 3);
    net.add(nn::Residual(block));
  }
  return net;
}

Defaults detector_training(const char* task, const char* loss, int scales) {
  return {.data = "",
          .task = task,
          .loss = loss,
          .optimizer = "adam",
          .learning_rate = 1e-3,
          .batch = 8,
          .epochs = 100,
          .metrics = {"map"},
          .task_options = {{"scales", std::to_string(scales)}}};
}

namespace {

struct SmallYoloOptions : YoloOptions {
  std::int64_t blocks = 1;
  SmallYoloOptions() { activation = "silu"; }
  static void fields(auto& self, auto&& field) {
    common(self, field);
    field("blocks", self.blocks, "residual blocks of each stage", options::within(0, 20),
          options::elsewhere({"depth"}));
  }
};

nn::Sequential two_convolutions(const YoloOptions& o, std::int64_t filters) {
  nn::Sequential net = conv(o, filters / 2, 1);
  add_conv(net, o, filters, 3);
  return net;
}

nn::Model make_network(const SmallYoloOptions& o, std::int64_t outputs) {
  const auto stage = [&](std::int64_t filters) {
    return darknet_stage(o, filters, static_cast<int>(o.blocks));
  };
  const auto head = [&] { return nn::Conv2d(outputs, {.kernel = 1}); };
  const auto up = [&](std::int64_t filters) { return conv(o, filters, 1).add(nn::Upsample()); };
  return nn::Branches({{"stage1", conv(o, 32, 3, 2)},
                       {"stage2", stage(64)},
                       {"stage3", stage(128)},
                       {"stage4", stage(256)},
                       {"stage5", stage(512)},
                       {"neck5", two_convolutions(o, 512)},
                       {"up5", up(128)},
                       {"join4", nn::Concat(), {"up5", "stage4"}},
                       {"neck4", two_convolutions(o, 256)},
                       {"up4", up(64)},
                       {"join3", nn::Concat(), {"up4", "stage3"}},
                       {"neck3", two_convolutions(o, 128)},
                       {"fine", head(), {"neck3"}},
                       {"middle", head(), {"neck4"}},
                       {"coarse", head(), {"neck5"}}},
                      {.outputs = {"fine", "middle", "coarse"}});
}

const bool added_yolo =
    add("yolo", "boxes of things: residual blocks, maps of 3 sizes, for multiples of 32",
        [](const SmallYoloOptions& o) {
          return Entry{.input = Shape{3, 416, 416},
                       .outputs = 255,
                       .defaults = detector_training("detection", "ciou", 3),
                       .make = [o](std::int64_t outputs) { return make_network(o, outputs); }};
        });

}  // namespace
}  // namespace luge::models
