// RBFOutput, the output layer of LeNet-5: squared distances to centers.
#pragma once

#include "luge/init/init.h"
#include "luge/nn/module.h"

namespace luge::nn {

/// Options of RBFOutput.
struct RBFOutputOptions {
  init::Initializer init = init::normal(0, 1);  ///< initial value of the centers, where none are given
  bool trainable = true;                        ///< the centers are learned; false: they stay as they begin
  bool logits = false;                          ///< give -y, a logit for each class, and not y
};

/// Squared distances to centers: x [N,…,in] → y [N,…,out] with y_k = Σ (x_j - w_kj)². The smallest output,
/// not the largest, is the class that fits best; -y is a logit for each class. The range is [0, ∞). With the
/// option logits it gives -y, which losses, metrics and tasks of classes take. Throws
/// ShapeError when the last extent of x is unknown or differs from that of the centers. Source: LeCun et al.
/// 1998, LeNet-5, whose centers are bitmaps of -1 and 1.
class RBFOutput : public Layer<RBFOutput> {
 public:
  /// Makes the layer with this number of centers. Throws OptionError for fewer than one.
  explicit RBFOutput(std::int64_t outputs, const RBFOutputOptions& options = {});
  /// Makes the layer with given centers [out,in]. Such a layer cannot be written into a network file as text.
  /// Throws ShapeError when the centers have another rank.
  explicit RBFOutput(const Tensor& centers, bool trainable = true);
  Tensor forward(const Tensor& x) const override;
  Padded forward_padded(const Padded& x) const override;
  std::string describe() const override;
  Work work() const override;
  std::optional<LayerText> text() const override;

  Parameter weight;  ///< the centers [out,in]; a buffer when they are not trainable

 protected:
  void create_parameters(const Tensor& x) const override;

 private:
  std::int64_t outputs_;
  RBFOutputOptions options_;
  Tensor centers_;
};

}  // namespace luge::nn
