// vit-small: a transformer over patches of a picture (Dosovitskiy et al. 2021), in the small size of Touvron
// et al. 2021, with a class token, learned positions and pre-norm blocks as torchvision's VisionTransformer.
#include <fmt/format.h>

#include "luge/error.h"
#include "luge/init/init.h"
#include "luge/nn/transformer.h"
#include "luge/ops/math.h"
#include "luge/ops/shape.h"
#include "models/layers.h"

namespace luge::models {
namespace {

struct VitOptions {
  std::int64_t layers = 12;
  std::int64_t heads = 6;
  std::int64_t width = 384;
  std::int64_t patch = 16;
  std::int64_t picture = 224;
  double dropout = 0;
  static void fields(auto& self, auto&& field) {
    field("layers", self.layers, "transformer blocks", options::within(1, 1000),
          options::elsewhere({"num_layers", "depth"}));
    field("heads", self.heads, "heads of attention in each block; they divide width", count(),
          options::elsewhere({"num_heads"}));
    field("width", self.width, "features of a patch", count(),
          options::elsewhere({"embed_dim", "hidden_dim", "d_model"}));
    field("patch", self.patch, "height and width of a patch in pixels; it divides picture", count(),
          options::elsewhere({"patch_size"}));
    field("picture", self.picture, "height and width of a picture in pixels", options::within(1, 1 << 15),
          options::elsewhere({"image_size", "img_size"}));
    field("dropout", self.dropout, "share that is dropped of the embedded patches and in each block",
          share());
  }
};

class Vit : public nn::Module {
 public:
  Vit(std::int64_t outputs, const VitOptions& o)
      : options_(o),
        class_token_(parameter("class_token")),
        positions_(parameter("positions")),
        patches_(child("patches", nn::Conv2d(o.width, {.kernel = o.patch,
                                                       .stride = o.patch,
                                                       .init = init::lecun_normal(),
                                                       .bias_init = init::zeros()}))),
        dropout_(child("dropout", nn::Dropout(o.dropout))),
        encoder_(child(
            "encoder",
            nn::TransformerEncoder(
                o.width, o.heads, o.layers,
                {.dropout = o.dropout, .activation = "gelu", .norm_first = true, .epsilon = 1e-6}, true))),
        head_(child("head", nn::Linear(outputs, {.init = init::zeros(), .bias_init = init::zeros()}))) {}

  Tensor forward(const Tensor& x) const override {
    if (x.rank() != 4 || x.extent(2) != options_.picture || x.extent(3) != options_.picture) {
      throw ShapeError(
          fmt::format("input {} is not a batch of pictures of {}x{}; model.picture says another size",
                      x.shape().to_string(), options_.picture, options_.picture));
    }
    const Tensor patches = permute(flatten(patches_(x), 2, 3), {0, 2, 1});  // [N,T,width]
    const Tensor first = zeros_like(slice(patches, 1, 0, 1)) + class_token_.value();
    Tensor y = concat({first, patches}, 1) + positions_.value();
    if (options_.dropout > 0) y = dropout_(y);
    return head_(select(encoder_(y), 1, 0));
  }
  std::string type() const override { return "Vit"; }

 protected:
  void create_parameters(const Tensor& x) const override {
    const std::int64_t side = options_.picture / options_.patch;
    const DType dtype = is_floating(x.dtype()) ? x.dtype() : f32;
    create(class_token_, init::zeros()(Shape{1, 1, options_.width}, dtype));
    create(positions_, init::normal(0, 0.02)(Shape{1, side * side + 1, options_.width}, dtype));
  }

 private:
  VitOptions options_;
  nn::Parameter class_token_, positions_;
  nn::Conv2d patches_;
  nn::Dropout dropout_;
  nn::TransformerEncoder encoder_;
  nn::Linear head_;
};

Entry entry(const VitOptions& o) {
  const auto refuse = [](const std::string& problem) { throw ValueError("model vit-small: " + problem); };
  if (o.width % o.heads != 0)
    refuse(fmt::format("heads is {}, which does not divide width = {}", o.heads, o.width));
  if (o.picture % o.patch != 0)
    refuse(fmt::format("patch is {}, which does not divide picture = {}", o.patch, o.picture));
  return {.input = Shape{3, o.picture, o.picture},
          .outputs = 1000,
          .defaults = published_training("adamw", 1e-3, 256, 300),
          .make = [o](std::int64_t outputs) -> nn::Model { return Vit(outputs, o); }};
}

const bool added_vit_small =
    add("vit-small", "transformer of 12 blocks, 6 heads, width 384 over patches of 16x16, for 224x224",
        [](const VitOptions& o) { return entry(o); });

}  // namespace
}  // namespace luge::models
