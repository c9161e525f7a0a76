// The parts that residual networks are made of.
#pragma once

#include "luge/init/init.h"
#include "models/layers.h"

namespace luge::models {

/// A convolution without bias, padded so that stride 1 keeps the extents, drawn by He et al.'s fan_out rule.
inline nn::Conv2d plain_conv(std::int64_t filters, std::int64_t kernel, std::int64_t stride = 1,
                             std::int64_t groups = 1, std::int64_t dilation = 1) {
  return nn::Conv2d(filters, {.kernel = kernel,
                              .stride = stride,
                              .padding = dilation * (kernel - 1) / 2,
                              .dilation = dilation,
                              .groups = groups,
                              .bias = false,
                              .init = init::he_normal(init::Fan::out)});
}

/// Options of all residual networks.
struct ResnetOptions {
  double width = 1;
  std::string activation = "relu";
  static void fields(auto& self, auto&& field) {
    field("width", self.width, "factor of all filters", factor(),
          options::elsewhere({"width_mult", "alpha"}));
    field("activation", self.activation, "after each batch norm and each block", activations());
  }
};

/// A number of layers with weights that there is.
struct Depth {
  std::int64_t layers = 18;
};
/// The depths that there are: 18, 34, 50, 101 and 152 layers with weights.
std::vector<std::int64_t> resnet_depths();
/// How a residual network begins.
enum class Stem : std::uint8_t {
  imagenet,  ///< a 7x7 convolution and pooling, each with stride 2
  cifar      ///< a 3x3 convolution with stride 1
};
/// A part of a residual network.
struct Part {
  std::string name;
  nn::Sequential layer;
};
/// A stem and four stages of blocks with 64 to 512 filters. Each stage but the first halves the extents while
/// they are not yet divided by `stride`; later ones spread their 3x3 filters instead (Yu and Koltun 2016, as
/// torchvision does it).
std::vector<Part> resnet_trunk(std::int64_t depth, Stem stem, const ResnetOptions& options,
                               std::int64_t stride = 32);
/// A stem, four stages of blocks with 64 to 512 filters, the mean of each channel, a linear layer.
nn::Model resnet(std::int64_t depth, Stem stem, const ResnetOptions& options, std::int64_t outputs);
/// The entry of a residual network for ImageNet.
Entry imagenet_resnet(std::int64_t depth, const ResnetOptions& options);

}  // namespace luge::models

namespace luge::options {

/// One of models::resnet_depths().
template <>
struct Type<models::Depth> {
  static constexpr Kind kind = Kind::whole;
  static Value get(const models::Depth& member) { return member.layers; }
  static void set(models::Depth& member, const Value& value);
  static void describe(Info& info);
};

}  // namespace luge::options
