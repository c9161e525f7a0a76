// Scale: a factor as a layer, fixed or trained.
#pragma once

#include "luge/nn/module.h"

namespace luge::nn {

/// What the factors of Scale are.
enum class Factors : std::uint8_t {
  fixed,     ///< one number that stays
  one,       ///< one number that is trained
  channels,  ///< a trained number for each channel of x [N,C,…]
  features   ///< a trained number for each element of the last axis of x
};
/// Options of Scale.
struct ScaleOptions {
  Factors factors = Factors::fixed;  ///< what the factors are
};

/// Multiplies x by `factor`, or by trained factors that begin as `factor`. A fixed factor after the last
/// layer is a temperature: logits times 1/9 give softer probabilities. Small factors at the end of the body
/// of a Residual let a deep network begin as the identity. Throws ShapeError where the axis of the factors is
/// missing or not known. Source: Keras Rescaling; Touvron et al. 2021, LayerScale.
class Scale : public Elementwise<Scale> {
 public:
  /// Makes the layer. Throws OptionError for a factor that is not finite.
  explicit Scale(double factor, const ScaleOptions& options = {});
  Tensor forward(const Tensor& x) const override;
  /// Runs forward on the values. Throws ShapeError when the positions lie along the axis of the factors.
  Padded forward_padded(const Padded& x) const override;
  std::string describe() const override;
  Work work() const override;
  std::optional<LayerText> text() const override;

  Parameter weight;  ///< [1], [C] or [the last extent], trained; absent when the factor is fixed

 protected:
  void create_parameters(const Tensor& x) const override;

 private:
  int axis() const;
  double factor_;
  ScaleOptions options_;
};

}  // namespace luge::nn
