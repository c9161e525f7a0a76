// unet: a way down with ever more filters and a way up that reads what the way down saw at each size
// (Ronneberger et al. 2015). Convolutions are padded, so that the output is as large as the input, and
// nothing is cropped; extents are multiples of 16, or of 2 to the power of other levels.
#include <fmt/format.h>

#include "luge/nn/branches.h"
#include "luge/nn/conv_transpose.h"
#include "luge/nn/merge.h"
#include "models/resnet.h"

namespace luge::models {
namespace {

// Channels double from level to level, so one number says them all, as people say it: a U-Net of 16 channels.
struct UnetOptions {
  std::int64_t width = 64, levels = 4;
  double dropout = 0;
  std::string activation = "relu", normalization = "none";
  static void fields(auto& self, auto&& field) {
    field("width", self.width, "filters at the full size; each level below has twice as many",
          options::at_least(1).at_most(4096),
          options::elsewhere({"base", "filters", "base_channels", "init_features", "width_mult"}));
    field("levels", self.levels, "how often the extents are halved", options::within(1, 8),
          options::elsewhere({"depth"}));
    field("normalization", self.normalization, "before each activation", normalizations(),
          options::elsewhere({"norm"}));
    field("dropout", self.dropout, "share that is dropped after the two lowest pairs of convolutions",
          share());
    field("activation", self.activation, "after each 3x3 convolution", activations());
  }
};

// A bias before a normalization would be subtracted again.
nn::Sequential two_convolutions(const UnetOptions& o, std::int64_t filters, bool drop) {
  nn::Sequential net;
  const bool plain = is_none(o.normalization);
  for (int k = 0; k < 2; ++k) {
    net.add(plain ? nn::Conv2d(filters, {.kernel = 3, .padding = 1}) : plain_conv(filters, 3));
    add_normalization(net, o.normalization, filters);
    add_activation(net, o.activation);
  }
  if (drop) add_dropout(net, o.dropout);
  return net;
}

nn::Model make_network(const UnetOptions& o, std::int64_t outputs) {
  std::vector<nn::Branch> layers;
  const auto filters = [&](std::int64_t level) { return o.width << level; };
  for (std::int64_t level = 0; level < o.levels; ++level) {
    layers.push_back(
        {fmt::format("down{}", level + 1), two_convolutions(o, filters(level), level + 1 == o.levels)});
    layers.push_back({fmt::format("pool{}", level + 1), nn::MaxPool2d(2)});
  }
  layers.push_back({"lowest", two_convolutions(o, filters(o.levels), true)});
  for (std::int64_t level = o.levels; level-- > 0;) {
    const std::string down = fmt::format("down{}", level + 1), up = fmt::format("up{}", level + 1);
    layers.push_back({up, nn::ConvTranspose2d(filters(level), {.kernel = 2, .stride = 2})});
    layers.push_back({fmt::format("join{}", level + 1), nn::Concat(), {down, up}});
    layers.push_back({fmt::format("merge{}", level + 1), two_convolutions(o, filters(level), false)});
  }
  layers.push_back({"head", nn::Conv2d(outputs, {.kernel = 1})});
  return nn::Branches(layers);
}

const bool added_unet =
    add("unet", "classes of pixels: 4 sizes down and up, 23 convolutions, for multiples of 16",
        [](const UnetOptions& o) {
          return Entry{.input = Shape{1, 256, 256},
                       .outputs = 2,
                       .defaults = mask_training(1e-4),
                       .make = [o](std::int64_t outputs) { return make_network(o, outputs); }};
        });

}  // namespace
}  // namespace luge::models
