// Reshape and Permute: layers that rearrange what each sample holds.
#pragma once

#include <vector>

#include "luge/nn/module.h"

namespace luge::nn {

/// Gives each sample another shape: [N,…] → [N,shape…] with the elements in row-major order. One extent may
/// be -1; it follows from the number of elements. Throws ShapeError when the numbers of elements differ.
/// Source: Keras Reshape, PyTorch nn.Unflatten.
class Reshape : public Layer<Reshape> {
 public:
  /// Makes the layer for a shape without the batch axis. Throws OptionError for no extents, an extent below
  /// -1, and for -1 twice.
  explicit Reshape(std::vector<std::int64_t> shape);
  Tensor forward(const Tensor& x) const override;
  std::string describe() const override;
  std::optional<LayerText> text() const override;

 private:
  std::vector<std::int64_t> shape_;
};

/// Gives the axes of each sample another order: Permute({2, 1}) exchanges both axes of [N,T,C]. Axes are
/// counted from 1; the batch axis stays where it is. Throws ShapeError for an input with another number of
/// axes. Source: Keras Permute.
class Permute : public Layer<Permute> {
 public:
  /// Makes the layer: axis k of a sample of the result is axis order[k-1] of the input. Throws OptionError
  /// unless `order` holds each number from 1 to its size once.
  explicit Permute(std::vector<std::int64_t> order);
  Tensor forward(const Tensor& x) const override;
  /// Moves the padded axis, too.
  Padded forward_padded(const Padded& x) const override;
  std::string describe() const override;
  std::optional<LayerText> text() const override;

 private:
  std::vector<std::int64_t> order_;
};

}  // namespace luge::nn
