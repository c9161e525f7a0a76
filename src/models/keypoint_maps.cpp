// keypoint-maps: a map of each point that is bright where the point is. A way down with ever more filters and
// a way up that reads what the way down saw at each size; the maps have half the extents of the picture.
#include <fmt/format.h>

#include "luge/nn/branches.h"
#include "luge/nn/conv_transpose.h"
#include "luge/nn/merge.h"
#include "models/layers.h"
#include "models/text_layers.h"

namespace luge::models {
namespace {

struct MapOptions {
  std::vector<std::int64_t> filters = {32, 48, 64, 96};
  std::string activation = "relu";
  static void fields(auto& self, auto&& field) {
    field("filters", self.filters, "at each size of the way down, two or more sizes", count(),
          options::elsewhere({"channels", "width"}));
    field("activation", self.activation, "after each convolution", activations());
  }
};

nn::Sequential convolution(const MapOptions& o, std::int64_t filters) {
  nn::Sequential net;
  add_normalized_convolution(net, filters, o.activation);
  return net;
}

nn::Model make_network(const MapOptions& o, std::int64_t outputs) {
  if (o.filters.size() < 2)
    throw options::OptionError("filters", "keypoint-maps: filters has one size; expected two or more");
  std::vector<nn::Branch> layers;
  const std::size_t lowest = o.filters.size() - 1;
  for (std::size_t level = 0; level <= lowest; ++level) {
    layers.push_back({fmt::format("down{}", level + 1), convolution(o, o.filters[level])});
    if (level < lowest) layers.push_back({fmt::format("pool{}", level + 1), nn::MaxPool2d(2)});
  }
  for (std::size_t level = lowest; level-- > 1;) {
    const std::string down = fmt::format("down{}", level + 1), up = fmt::format("up{}", level + 1);
    layers.push_back({up, nn::ConvTranspose2d(o.filters[level], {.kernel = 2, .stride = 2})});
    layers.push_back({fmt::format("join{}", level + 1), nn::Concat(), {down, up}});
    layers.push_back({fmt::format("merge{}", level + 1), convolution(o, o.filters[level])});
  }
  layers.push_back({"head", nn::Conv2d(outputs, {.kernel = 1})});
  return nn::Branches(layers);
}

const bool added_keypoint_maps =
    add("keypoint-maps", "maps of points: 4 sizes down and up to half the extents, for multiples of 8",
        [](const MapOptions& o) {
          return Entry{.input = Shape{3, 64, 64},
                       .outputs = 11,
                       .defaults = {.data = "stick-figures",
                                    .task = "keypoints",
                                    .loss = "binary-cross-entropy",
                                    .optimizer = "adam",
                                    .learning_rate = 2e-3,
                                    .batch = 32,
                                    .epochs = 10,
                                    .metrics = {"point-error", "pck"}},
                       .make = [o](std::int64_t outputs) { return make_network(o, outputs); }};
        });

}  // namespace
}  // namespace luge::models
