// fcn: a residual network whose scores of three sizes are added up and enlarged to the size of the picture
// (Long et al. 2015, FCN-32s, FCN-16s and FCN-8s, there on VGG-16).
#include "luge/nn/branches.h"
#include "luge/nn/merge.h"
#include "luge/nn/resize.h"
#include "models/resnet.h"
#include "models/strides.h"

namespace luge::models {
namespace {

struct FcnOptions : ResnetOptions {
  Depth depth = {};
  OneNumber<8, 16, 32> stride = {};
  static void fields(auto& self, auto&& field) {
    field("depth", self.depth, "layers of the residual network; from 50 in bottleneck blocks",
          options::elsewhere({"layers", "backbone"}));
    field("stride", self.stride, "how much smaller the finest scores are than the picture");
    ResnetOptions::fields(self, field);
  }
};

nn::Upsample larger(std::int64_t factor) {
  return nn::Upsample({.scale = {static_cast<double>(factor)}, .mode = Interpolation::linear});
}

nn::Model make_network(const FcnOptions& o, std::int64_t outputs) {
  std::vector<nn::Branch> layers;
  std::vector<std::string> ends(5);  // the last layer of each stage
  for (const Part& part : resnet_trunk(o.depth.layers, Stem::imagenet, o)) {
    layers.push_back({part.name, part.layer});
    if (part.name.starts_with("stage")) ends[static_cast<std::size_t>(part.name[5] - '0')] = part.name;
  }
  const auto scores = [&](std::int64_t stride, const std::string& from) {
    const std::string name = fmt::format("scores{}", stride);
    layers.push_back({name, nn::Conv2d(outputs, {.kernel = 1}), {from}});
    return name;
  };
  std::string last = scores(32, ends[4]);
  std::int64_t reached = 32;
  for (std::size_t stage = 3; reached > o.stride.value; --stage) {
    const std::string up = fmt::format("up{}", reached), sum = fmt::format("sum{}", reached / 2);
    layers.push_back({up, larger(2), {last}});
    reached /= 2;
    layers.push_back({sum, nn::Add(), {up, scores(reached, ends[stage])}});
    last = sum;
  }
  layers.push_back({"whole", larger(reached), {last}});
  return nn::Branches(layers);
}

const bool added_fcn =
    add("fcn", "classes of pixels: residual network, scores of three sizes, for multiples of 32",
        [](const FcnOptions& o) {
          return Entry{.input = Shape{3, 256, 256},
                       .outputs = 21,
                       .defaults = mask_training(1e-3),
                       .make = [o](std::int64_t outputs) { return make_network(o, outputs); }};
        });

}  // namespace
}  // namespace luge::models
