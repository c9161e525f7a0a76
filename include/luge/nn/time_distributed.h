// TimeDistributed: a layer for each step of a sequence.
#pragma once

#include "luge/nn/module.h"

namespace luge::nn {

/// Applies a network to each step of x [N,T,…]: [N,T,…] → [N,T,…], as if the N·T steps were one batch. The
/// child is named "layer". Throws ShapeError for an x without an axis of steps. Source: Keras
/// TimeDistributed.
class TimeDistributed : public Layer<TimeDistributed> {
 public:
  /// Makes the layer of a network for one step.
  explicit TimeDistributed(const Model& layer);
  Tensor forward(const Tensor& x) const override;
  /// Applies the network to each step; steps beyond the length of a sequence give 0. Throws ValueError for a
  /// network whose training depends on the whole batch, such as one with BatchNorm: what is beyond the
  /// lengths would count.
  Padded forward_padded(const Padded& x) const override;
  std::optional<LayerText> text() const override;
  /// Returns the work of all steps but one, which the layers of the network itself show in a summary.
  Work work_of(const Tensors& inputs, const Tensors& outputs) const override;
};

}  // namespace luge::nn
