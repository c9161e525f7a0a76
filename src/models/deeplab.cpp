// deeplab: a residual network with spread filters, and filters of several widths over what it found
// (DeepLabv3, Chen et al. 2017), with the layers of torchvision's.
#include "luge/nn/adaptive_pool.h"
#include "luge/nn/branches.h"
#include "luge/nn/merge.h"
#include "luge/nn/resize.h"
#include "models/resnet.h"
#include "models/strides.h"

namespace luge::models {
namespace {

struct DeeplabOptions : ResnetOptions {
  Depth depth = {};
  OneNumber<16, 8> stride = {};
  double dropout = 0.5;
  static void fields(auto& self, auto&& field) {
    field("depth", self.depth, "layers of the residual network; from 50 in bottleneck blocks",
          options::elsewhere({"layers", "backbone"}));
    field("stride", self.stride, "how much smaller the scores are than the picture",
          options::elsewhere({"output_stride"}));
    field("dropout", self.dropout, "share that is dropped where the filters of several widths come together",
          share());
    ResnetOptions::fields(self, field);
  }
};

nn::Sequential with_norm(const DeeplabOptions& o, const nn::Conv2d& conv) {
  nn::Sequential net;
  net.add(conv).add(nn::BatchNorm());
  add_activation(net, o.activation);
  return net;
}

nn::Model make_network(const DeeplabOptions& o, std::int64_t outputs) {
  const std::int64_t filters = scaled(256, o.width), stride = o.stride.value;
  std::vector<nn::Branch> layers;
  for (const Part& part : resnet_trunk(o.depth.layers, Stem::imagenet, o, stride))
    layers.push_back({part.name, part.layer});
  const std::string trunk = layers.back().name;
  layers.push_back({"near", with_norm(o, plain_conv(filters, 1)), {trunk}});
  std::vector<std::string> found = {"near"};
  for (const std::int64_t step : {1, 2, 3}) {
    const std::int64_t dilation = 6 * step * 16 / stride;  // the paper's rates: 6, 12 and 18 for stride 16
    found.push_back(fmt::format("dilated{}", dilation));
    layers.push_back({found.back(), with_norm(o, plain_conv(filters, 3, 1, 1, dilation)), {trunk}});
  }
  nn::Sequential picture;
  picture.add(nn::AdaptiveAvgPool2d(1)).add(with_norm(o, plain_conv(filters, 1)));
  layers.push_back({"picture", picture, {trunk}});
  layers.push_back({"everywhere", nn::BroadcastLike(), {"picture", "near"}});
  found.emplace_back("everywhere");
  layers.push_back({"joined", nn::Concat(), found});
  nn::Sequential project = with_norm(o, plain_conv(filters, 1));
  add_dropout(project, o.dropout);
  layers.push_back({"project", project});
  layers.push_back({"refine", with_norm(o, plain_conv(filters, 3))});
  layers.push_back({"scores", nn::Conv2d(outputs, {.kernel = 1})});
  layers.push_back(
      {"whole", nn::Upsample({.scale = {static_cast<double>(stride)}, .mode = Interpolation::linear})});
  return nn::Branches(layers);
}

const bool added_deeplab =
    add("deeplab", "classes of pixels: spread filters of several widths, for multiples of 16",
        [](const DeeplabOptions& o) {
          return Entry{.input = Shape{3, 256, 256},
                       .outputs = 21,
                       .defaults = mask_training(1e-3),
                       .make = [o](std::int64_t outputs) { return make_network(o, outputs); }};
        });

}  // namespace
}  // namespace luge::models
