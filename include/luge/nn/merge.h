// Layers that make one tensor of several.
#pragma once

#include <vector>

#include "luge/nn/module.h"

namespace luge::nn {

/// Base class of layers that take any number of tensors, two at least: net({a, b}). By name they take "first"
/// and "second".
class Merge : public Module {
 public:
  std::vector<std::string> input_names() const override { return {"first", "second"}; }
  /// Checks the number of inputs and merges them.
  Tensors forward(const Tensors& inputs) const override;
  /// Merges sequences of different lengths, which must all be padded along the same axis. The lengths of the
  /// output are the smaller ones where they differ. Throws ShapeError when an input has no lengths or another
  /// axis.
  Padded merge_padded(const std::vector<Padded>& inputs) const;

 protected:
  /// Computes the output for at least two inputs.
  virtual Tensor merged(const Tensors& inputs) const = 0;
  /// Throws ShapeError when sequences that are padded along the axis of `x` cannot be merged. The default
  /// takes all.
  virtual void check_padded_axis(const Padded& x) const;
};

/// The sum of its inputs, which have one shape. Source: Keras Add.
class Add : public Layer<Add, Merge> {
 public:
  std::optional<LayerText> text() const override;  ///< Returns it as text.

 protected:
  Tensor merged(const Tensors& inputs) const override;  ///< Returns one tensor of all.
};

/// The product of its inputs, which are broadcast: [N,C,H,W] and a gate [N,C,1,1]. Source: Keras Multiply.
class Multiply : public Layer<Multiply, Merge> {
 public:
  std::optional<LayerText> text() const override;  ///< Returns it as text.

 protected:
  Tensor merged(const Tensors& inputs) const override;  ///< Returns one tensor of all.
};

/// Its inputs joined one after the other along an axis, by default the channels of [N,C,…]. Their other
/// extents are equal. Sequences cannot be joined along their padded axis. Source: Keras Concatenate.
class Concat : public Layer<Concat, Merge> {
 public:
  /// Makes the layer for one axis; a negative one counts from the end.
  explicit Concat(int axis = 1) : axis_(axis) {}
  std::string describe() const override;           ///< Returns the type and the axis.
  std::optional<LayerText> text() const override;  ///< Returns it as text.

 protected:
  Tensor merged(const Tensors& inputs) const override;     ///< Returns one tensor of all.
  void check_padded_axis(const Padded& x) const override;  ///< Throws for the padded axis.

 private:
  int axis_;
};

/// The first input repeated along its axes of extent 1, as often as the second one, which is not used
/// otherwise, is long: [N,C,1,1] and [N,C,H,W]. It brings what was found in a whole image to each pixel.
/// Throws ShapeError when the shapes do not match, and for more than two inputs. Source: PyTorch
/// Tensor.expand_as.
class BroadcastLike : public Layer<BroadcastLike, Merge> {
 public:
  std::optional<LayerText> text() const override;  ///< Returns it as text.

 protected:
  Tensor merged(const Tensors& inputs) const override;  ///< Returns one tensor of both.
};

}  // namespace luge::nn
