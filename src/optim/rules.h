// What the files of the optimizers share: how they are made by name, and steps that several take.
#pragma once

#include <string>

#include "luge/ops/math.h"
#include "luge/optim/optimizers.h"

namespace luge::optim {

/// The options of an optimizer that is made by name, after those that all have.
template <class Own>
struct NamedAs : NamedOptions, Own {
  NamedAs() { learning_rate = Own::kUsualRate; }
  static void fields(auto& self, auto&& field) {
    NamedOptions::fields(self, field);
    options::Listing<Own>::fields(self, field);
  }
};

/// Makes an optimizer of the class `Made` by name.
template <class Made, class Own>
Optimizer make_named(const NamedAs<Own>& options, const OptimizerOptions& common) {
  return Made(options.learning_rate, options, options.with(common));
}

/// The same options with weight decay of one kind.
inline OptimizerOptions with_decay(OptimizerOptions common, Decay decay) {
  common.decay = decay;
  return common;
}

/// A gradient that may be squared: its elements are limited to the largest number whose square does not
/// overflow. The steps of these rules depend on the ratio of a gradient and the root of its squares, which
/// hardly changes. NaN and infinity stay not finite: g - g is NaN then.
Tensor squarable(const Tensor& gradient);

/// The moments of Adam, decayed and with a new gradient: m ← β₁·m + (1-β₁)·g and v ← β₂·v + (1-β₂)·g².
/// Returns the gradient that was squared.
Tensor update_moments(Slots& slot, const Tensor& gradient, double beta1, double beta2);

/// √v̂ = √v/√(1-β₂ᵗ).
Tensor root_of_squares(Slots& slot, const Tensor& v, double beta2);

/// A rank-0 value in the dtype of another tensor.
inline Tensor as(const Tensor& scalar, const Tensor& like) { return cast(scalar, like.dtype()); }

/// ‖w‖ / (‖u‖ + ε)·η, or 1 when one of the norms is 0: rank 0.
Tensor trust_ratio(const Tensor& parameter, const Tensor& update, double trust = 1, double epsilon = 0);

}  // namespace luge::optim
