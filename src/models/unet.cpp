// unet: a way down with ever more filters and a way up that reads what the way down saw at each size
// (Ronneberger et al. 2015). Convolutions are padded, so that the output is as large as the input, and
// nothing is cropped; extents are multiples of 16.
#include <fmt/format.h>

#include "luge/nn/branches.h"
#include "luge/nn/conv_transpose.h"
#include "luge/nn/merge.h"
#include "models/layers.h"

namespace luge::models {
namespace {

struct UnetOptions {
  double width = 1;
  double dropout = 0;
  std::string activation = "relu";
  static void fields(auto& self, auto&& field) {
    field("width", self.width, "factor of all filters", factor(),
          options::elsewhere({"width_mult", "base", "filters"}));
    field("dropout", self.dropout, "share that is dropped after the two lowest pairs of convolutions",
          share());
    field("activation", self.activation, "after each 3x3 convolution", activations());
  }
};

constexpr int levels = 4;  // above the lowest

nn::Sequential two_convolutions(const UnetOptions& o, std::int64_t filters, bool drop) {
  nn::Sequential net;
  for (int k = 0; k < 2; ++k) {
    net.add(nn::Conv2d(filters, {.kernel = 3, .padding = 1}));
    add_activation(net, o.activation);
  }
  if (drop) add_dropout(net, o.dropout);
  return net;
}

nn::Model make_network(const UnetOptions& o, std::int64_t outputs) {
  std::vector<nn::Branch> layers;
  const auto filters = [&](int level) { return scaled(std::int64_t{64} << level, o.width); };
  for (int level = 0; level < levels; ++level) {
    layers.push_back(
        {fmt::format("down{}", level + 1), two_convolutions(o, filters(level), level + 1 == levels)});
    layers.push_back({fmt::format("pool{}", level + 1), nn::MaxPool2d(2)});
  }
  layers.push_back({"lowest", two_convolutions(o, filters(levels), true)});
  for (int level = levels; level-- > 0;) {
    const std::string down = fmt::format("down{}", level + 1), up = fmt::format("up{}", level + 1);
    layers.push_back({up, nn::ConvTranspose2d(filters(level), {.kernel = 2, .stride = 2})});
    layers.push_back({fmt::format("join{}", level + 1), nn::Concat(), {down, up}});
    layers.push_back({fmt::format("merge{}", level + 1), two_convolutions(o, filters(level), false)});
  }
  layers.push_back({"head", nn::Conv2d(outputs, {.kernel = 1})});
  return nn::Branches(layers);
}

const bool added = add("unet", "classes of pixels: 4 sizes down and up, 23 convolutions, for multiples of 16",
                       [](const UnetOptions& o) {
                         return Entry{.input = Shape{1, 256, 256},
                                      .outputs = 2,
                                      .defaults = {.data = "",
                                                   .task = "segmentation",
                                                   .loss = "softmax-cross-entropy",
                                                   .optimizer = "adam",
                                                   .learning_rate = 1e-4,
                                                   .batch = 4,
                                                   .epochs = 20,
                                                   .metrics = {"accuracy"}},
                                      .make = [o](std::int64_t outputs) { return make_network(o, outputs); }};
                       });

}  // namespace
}  // namespace luge::models
