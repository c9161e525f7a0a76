// keypoint-cnn: the coordinates of points. Convolutions halve the extents, and a hidden layer that sees the
// whole picture gives features for x, for y and for visibility; the last layer, which the three share, has an
// output for each point.
#include "luge/nn/rearrange.h"
#include "models/layers.h"
#include "models/text_layers.h"

namespace luge::models {
namespace {

struct KeypointOptions {
  std::vector<std::int64_t> filters = {32, 64, 96, 128};
  std::int64_t units = 192;
  double dropout = 0;
  std::string activation = "relu";
  static void fields(auto& self, auto&& field) {
    field("filters", self.filters, "of each 3x3 convolution; the extents are halved after each", count(),
          options::elsewhere({"channels", "width"}));
    field("units", self.units, "of the hidden layer for each of x, y and visibility", count(),
          options::elsewhere({"hidden", "features"}));
    field("dropout", self.dropout, "share that is dropped after the hidden layer", share());
    field("activation", self.activation, "after each convolution and the hidden layer", activations());
  }
};

nn::Model make_network(const KeypointOptions& o, std::int64_t outputs) {
  nn::Sequential net;
  for (const std::int64_t filters : o.filters) {
    add_normalized_convolution(net, filters, o.activation);
    net.add(nn::MaxPool2d(2));
  }
  net.add(nn::Flatten());
  constexpr std::int64_t kNumbers = 3;  // of each point
  net.add(nn::Linear(kNumbers * o.units));
  add_activation(net, o.activation);
  add_dropout(net, o.dropout);
  net.add(nn::Reshape({kNumbers, o.units}));
  net.add(nn::Linear(outputs));
  return net.add(nn::Permute({2, 1}));
}

const bool added_keypoint_cnn = add(
    "keypoint-cnn", "coordinates of points: 4 convolutions and a hidden layer", [](const KeypointOptions& o) {
      return Entry{.input = Shape{3, 64, 64},
                   .outputs = 11,
                   .defaults = {.data = "stick-figures",
                                .task = "keypoints",
                                .loss = "mse",
                                .optimizer = "adam",
                                .learning_rate = 1e-3,
                                .batch = 64,
                                .epochs = 20,
                                .metrics = {"point-error", "pck"}},
                   .make = [o](std::int64_t outputs) { return make_network(o, outputs); }};
    });

}  // namespace
}  // namespace luge::models
