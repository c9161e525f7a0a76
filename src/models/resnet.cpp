// Residual networks (He et al. 2016) as torchvision has them: the stride of a bottleneck block is in its 3x3
// convolution. The file of each name says which depth and which stem; `resnet` takes the depth as an option.
#include "models/resnet.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "luge/error.h"

namespace luge::models {
namespace {

struct Form {
  std::int64_t depth;
  bool bottleneck;
  std::array<int, 4> blocks;  // of each stage
};
constexpr Form forms[] = {{18, false, {2, 2, 2, 2}},
                          {34, false, {3, 4, 6, 3}},
                          {50, true, {3, 4, 6, 3}},
                          {101, true, {3, 4, 23, 3}},
                          {152, true, {3, 8, 36, 3}}};

class Maker {
 public:
  explicit Maker(const ResnetOptions& options) : options_(options) {}

  nn::Sequential stem(Stem kind) const {
    nn::Sequential net;
    add_conv(net, 64, kind == Stem::imagenet ? 7 : 3, kind == Stem::imagenet ? 2 : 1);
    add_activation(net, options_.activation);
    if (kind == Stem::imagenet) net.add(nn::MaxPool2d(3, {.stride = 2, .padding = 1}));
    return net;
  }
  // Two 3x3 convolutions, or 1x1, 3x3 and 1x1, the last to four times the filters. `project`: the shortcut
  // changes extents or channels.
  nn::Sequential block(bool bottleneck, std::int64_t filters, std::int64_t stride, bool project,
                       std::int64_t dilation) const {
    nn::Sequential body;
    if (bottleneck) {
      add_conv(body, filters, 1);
      add_activation(body, options_.activation);
    }
    add_conv(body, filters, 3, stride, dilation);
    add_activation(body, options_.activation);
    const std::int64_t out = bottleneck ? 4 * filters : filters;
    add_conv(body, out, bottleneck ? 1 : 3, 1, bottleneck ? 1 : dilation);
    nn::Sequential net;
    if (project) {
      nn::Sequential shortcut;
      add_conv(shortcut, out, 1, stride);
      net.add(nn::Residual(body, shortcut));
    } else {
      net.add(nn::Residual(body));
    }
    add_activation(net, options_.activation);
    return net;
  }

 private:
  // With batch norm; the filters are those of width 1.
  void add_conv(nn::Sequential& net, std::int64_t filters, std::int64_t kernel, std::int64_t stride = 1,
                std::int64_t dilation = 1) const {
    net.add(plain_conv(scaled(filters, options_.width), kernel, stride, 1, dilation)).add(nn::BatchNorm());
  }

  ResnetOptions options_;
};

}  // namespace

std::vector<std::int64_t> resnet_depths() {
  std::vector<std::int64_t> depths;
  for (const Form& form : forms) depths.push_back(form.depth);
  return depths;
}

std::vector<Part> resnet_trunk(std::int64_t depth, Stem stem, const ResnetOptions& options,
                               std::int64_t stride) {
  const Form& form =
      *std::find_if(std::begin(forms), std::end(forms), [&](const Form& f) { return f.depth == depth; });
  const Maker make(options);
  std::vector<Part> parts = {{"stem", make.stem(stem)}};
  std::int64_t reached = stem == Stem::imagenet ? 4 : 1, dilation = 1;
  for (std::size_t stage = 0; stage < form.blocks.size(); ++stage) {
    const bool halves = stage > 0 && reached < stride;
    const std::int64_t before = dilation;  // the first block looks at what is not spread yet
    if (halves) reached *= 2;
    if (stage > 0 && !halves) dilation *= 2;
    for (int k = 0; k < form.blocks[stage]; ++k) {
      const bool first = k == 0, project = first && (stage > 0 || form.bottleneck);
      parts.push_back({fmt::format("stage{}_block{}", stage + 1, k + 1),
                       make.block(form.bottleneck, std::int64_t{64} << stage, first && halves ? 2 : 1,
                                  project, first ? before : dilation)});
    }
  }
  return parts;
}

nn::Model resnet(std::int64_t depth, Stem stem, const ResnetOptions& options, std::int64_t outputs) {
  nn::Sequential net;
  for (const Part& part : resnet_trunk(depth, stem, options)) net.add(part.name, part.layer);
  return net.add(nn::GlobalAvgPool()).add(nn::Linear(outputs));
}

Entry imagenet_resnet(std::int64_t depth, const ResnetOptions& options) {
  return {.input = Shape{3, 224, 224},
          .outputs = 1000,
          .defaults = published_training("momentum", 0.1, 256, 90),
          .make = [=](std::int64_t outputs) { return resnet(depth, Stem::imagenet, options, outputs); }};
}

}  // namespace luge::models

namespace luge::options {

void Type<models::Depth>::set(models::Depth& member, const Value& value) {
  const std::vector<std::int64_t> depths = models::resnet_depths();
  if (std::find(depths.begin(), depths.end(), std::get<std::int64_t>(value)) == depths.end())
    throw ValueError(fmt::format("expected one of {}", fmt::join(depths, ", ")));
  member.layers = std::get<std::int64_t>(value);
}

void Type<models::Depth>::describe(Info& info) {
  info.takes = fmt::format("one of {}", fmt::join(models::resnet_depths(), ", "));
}

}  // namespace luge::options

namespace luge::models {
namespace {

struct AnyDepthOptions : ResnetOptions {
  Depth depth = {};
  static void fields(auto& self, auto&& field) {
    field("depth", self.depth, "layers with weights; from 50 in bottleneck blocks",
          options::elsewhere({"layers", "num_layers", "n"}));
    ResnetOptions::fields(self, field);
  }
};

const bool added_resnet = add("resnet", "residual network of 18 to 152 layers, batch norm, for 224x224",
                              [](const AnyDepthOptions& o) { return imagenet_resnet(o.depth.layers, o); });

}  // namespace
}  // namespace luge::models
