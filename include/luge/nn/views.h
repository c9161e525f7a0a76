// Views: a network that looks at each picture several times when it is not in training.
#pragma once

#include "luge/nn/module.h"

namespace luge::nn {

/// Options of Views.
struct ViewsOptions {
  bool mirror = true;      ///< also looks at the picture mirrored left to right
  std::int64_t shift = 0;  ///< also looks at it moved by this number of pixels; 0: not
};

/// The body, and in eval mode the mean of what it gives for several views of x [N,C,H,W], which must have one
/// shape. With `mirror` a picture and its mirror image count the same. With `shift` the picture counts one
/// half, and the picture moved up and left, and moved down and right, a quarter each; the border that becomes
/// free shows the mirror image of the picture. Both together are six views. In train mode it is the body
/// alone. Since files hold the eval form of a network, predictions from a file look in the same way. The
/// child is named "body". Throws ShapeError for an input that is not [N,C,H,W], and for a body whose output
/// has positions, [N,K,…]. Source: Krizhevsky et al. 2012; Jordan 2024.
class Views : public Layer<Views> {
 public:
  /// Makes the layer. Throws OptionError for a negative shift, and ValueError for an empty body.
  explicit Views(const Model& body, const ViewsOptions& options = {});
  Tensor forward(const Tensor& x) const override;
  std::string describe() const override;
  std::optional<LayerText> text() const override;

 private:
  Tensor looked(const Tensor& x) const;
  ViewsOptions options_;
};

}  // namespace luge::nn
