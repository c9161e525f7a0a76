// lenet5-1998: LeNet-5 as published (LeCun et al. 1998): trainable subsampling, a table of connections in C3,
// a scaled tanh after each layer up to F6, and an output layer that measures distances to the pictures of the
// classes. The paper's 32x32 pictures are 28x28 ones with a frame of background; the border of the picture is
// continued here.
#include "luge/init/digit_bitmaps.h"
#include "luge/nn/lenet.h"
#include "luge/nn/rbf.h"
#include "models/layers.h"

namespace luge::models {
namespace {

struct Lenet1998Options {
  std::int64_t frame = 2;
  bool learn_codes = false;
  std::string activation = "scaled-tanh";
  static void fields(auto& self, auto&& field) {
    field("frame", self.frame, "pixels that are added at each border of the picture, up to 32x32",
          options::within(0, 15), options::elsewhere({"padding", "pad"}));
    field("learn_codes", self.learn_codes,
          "the codes of the classes are learned; false: they are fixed pictures");
    field("activation", self.activation, "after each layer but the last", activations());
  }
};

nn::Model make_network(const Lenet1998Options& o, std::int64_t outputs) {
  nn::Sequential net;
  const auto add = [&](const char* name, const nn::Model& layer) {
    net.add(name, layer);
    add_activation(net, o.activation);
  };
  add("C1", nn::Conv2d(6, {.kernel = 5, .padding = o.frame, .border = Border::replicate}));
  add("S2", nn::TrainableSubsampling());
  add("C3", nn::TableConv2d(nn::lenet5_table(), {.kernel = 5}));
  add("S4", nn::TrainableSubsampling());
  add("C5", nn::Conv2d(120, {.kernel = 5}));
  net.add(nn::Flatten());
  add("F6", nn::Linear(84));
  return net.add(
      "output",
      nn::RBFOutput(outputs, {.init = init::digit_bitmaps(), .trainable = o.learn_codes, .logits = true}));
}

const bool added_lenet5_1998 = models::add(
    "lenet5-1998", "as published: subsampling with weights, a table of connections, distances to codes",
    [](const Lenet1998Options& o) {
      Defaults defaults = picture_training();
      defaults.loss = "map-criterion";
      return Entry{.input = Shape{1, 32 - 2 * o.frame, 32 - 2 * o.frame},
                   .outputs = 10,
                   .defaults = defaults,
                   .make = [o](std::int64_t outputs) { return make_network(o, outputs); }};
    });

}  // namespace
}  // namespace luge::models
