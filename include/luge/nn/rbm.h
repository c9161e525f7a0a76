// RBM: a restricted Boltzmann machine as a layer.
#pragma once

#include "luge/init/init.h"
#include "luge/nn/module.h"

namespace luge::nn {

/// Kinds of visible units of an RBM.
enum class VisibleUnits : std::uint8_t {
  binary,    ///< 0 or 1; probabilities between them may be given
  gaussian,  ///< normal with variance 1 around their mean: data of mean 0 and variance 1
};
/// Options of RBM.
struct RBMOptions {
  VisibleUnits visible = VisibleUnits::binary;     ///< the kind of the visible units
  init::Initializer init = init::normal(0, 0.01);  ///< initial value of weight
};

/// A restricted Boltzmann machine of hidden units h that are 0 or 1 and visible units v, with the energy
///
///     E(v, h) = -bᵀv - cᵀh - hᵀ·weight·v          for binary v,
///     E(v, h) = ½|v - b|² - cᵀh - hᵀ·weight·v     for gaussian v.
///
/// As a layer it maps v [N,visible] to the probabilities of the hidden units [N,hidden]; layers of trained
/// machines one after the other are what a deep belief network begins with. The number of visible units is
/// found at the first call. Throws ShapeError for an input that is not [N,visible]. Source: Smolensky 1986;
/// Hinton 2002, and 2012 for the initial values; scikit-learn BernoulliRBM.
class RBM : public Layer<RBM> {
 public:
  /// Makes a machine. Throws OptionError for fewer than one hidden unit.
  explicit RBM(std::int64_t hidden, const RBMOptions& options = {});
  /// Returns hidden_probabilities(v).
  Tensor forward(const Tensor& v) const override;
  std::string describe() const override;
  Work work() const override;
  std::optional<LayerText> text() const override;

  /// Returns σ(v·weightᵀ + c), the probability that each hidden unit is 1 [N,hidden].
  Tensor hidden_probabilities(const Tensor& v) const;
  /// Returns the mean of each visible unit [N,visible] for h [N,hidden]: σ(h·weight + b), or for gaussian
  /// units h·weight + b.
  Tensor visible_means(const Tensor& h) const;
  /// Draws h [N,hidden], 0 or 1, for v.
  Tensor sample_hidden(const Tensor& v) const;
  /// Draws v [N,visible] for h. For gaussian units N must be known.
  Tensor sample_visible(const Tensor& h) const;
  /// Returns the energy E(v, h) [N] of each pair.
  Tensor energy(const Tensor& v, const Tensor& h) const;
  /// Returns the free energy -log Σ exp(-E(v, h)) over all h, [N].
  Tensor free_energy(const Tensor& v) const;
  /// Returns the loss of contrastive divergence, a scalar: the mean of the free energy of v minus that of
  /// what `steps` steps of Gibbs sampling make of v. No gradient flows through the sampling, so the gradient
  /// is the update of CD-k. Its value says nothing about how well the machine is trained;
  /// reconstruction_error does. Throws ValueError for fewer than one step.
  Tensor contrastive_divergence(const Tensor& v, std::int64_t steps = 1) const;
  /// Returns the means of v after one step to drawn h and back, [N,visible].
  Tensor reconstruct(const Tensor& v) const;
  /// Returns the mean square of what reconstruct changes, a scalar.
  Tensor reconstruction_error(const Tensor& v) const;

  Parameter weight,  ///< [hidden,visible]
      hidden_bias,   ///< c [hidden], begins as 0
      visible_bias;  ///< b [visible], begins as 0

 protected:
  void create_parameters(const Tensor& v) const override;

 private:
  Tensor built_input(const Tensor& v) const;
  std::int64_t hidden_;
  RBMOptions options_;
};

}  // namespace luge::nn
