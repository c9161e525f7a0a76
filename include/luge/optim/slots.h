// Slots: the state that an optimizer keeps for one parameter between steps.
#pragma once

#include <list>
#include <string>
#include <string_view>
#include <vector>

#include "luge/tensor.h"
#include "luge/variable.h"

namespace luge::optim {

/// What a Rule gets besides parameter and gradient: the named state of the parameter, the learning rate and
/// the step.
///
///     Tensor& mean = slot("mean");                                        // as the parameter, from zeros
///     Tensor& rows = slot("rows", zeros({parameter.shape()[0]}, f32));    // a vector, from zeros
class Slots {
 public:
  /// Internal: one slot.
  struct Entry {
    std::string name;   ///< the name, such as "m"
    Variable variable;  ///< where the value is kept between steps
    Tensor value;       ///< the new value while a step is recorded
  };
  /// Internal: the slots of one parameter. A new one moves none of the others.
  using Entries = std::list<Entry>;
  /// Internal: what all parameters of one step share. It is computed for the first and used by the others.
  struct Shared {
    Tensor step;  ///< rank-0 f64, 1 at the first step
    /// A bias correction.
    struct Correction {
      double decay;  ///< the decay it belongs to
      DType dtype;   ///< the dtype of the value
      Tensor value;  ///< 1 - decay^step
    };
    std::vector<Correction> corrections;  ///< those computed so far
  };
  /// Internal: made by Optimizer for each update.
  Slots(const Variable& parameter, Entries& entries, Tensor learning_rate, Shared& shared,
        double weight_decay = 0)
      : parameter_(parameter),
        entries_(entries),
        learning_rate_(std::move(learning_rate)),
        shared_(shared),
        weight_decay_(weight_decay) {}

  /// Returns the state of this name. What is assigned to it is its value at the next step. The reference
  /// stays valid until the update returns, however many slots are asked for after it. A new slot has the
  /// shape of the parameter and begins as zeros. It has the dtype of the parameter, or float32 for a
  /// parameter of 16 bits; the same dtype holds for the values below and for the arguments of Rule::update.
  /// Throws ValueError for the names "exact" and "gathered", which the optimizer uses itself.
  Tensor& operator()(std::string_view name);
  /// Returns the state of this name, as above. A new slot begins as `initial`, which gives it any shape and
  /// dtype. Throws ValueError when the slot has another shape or dtype, or when `initial` is known only when
  /// the step runs: give constants such as zeros({3}).
  Tensor& operator()(std::string_view name, const Tensor& initial);
  /// Internal: returns the float32 value of a parameter of 16 bits.
  Tensor& exact();

  /// Returns the learning rate of this step, rank 0.
  const Tensor& learning_rate() const { return learning_rate_; }
  /// Returns 1 - decay^t, where t is 1 at the first step. It is computed in float64.
  Tensor bias_correction(double decay) const;
  /// Returns the number of the step, rank-0 f64, 1 at the first step.
  const Tensor& step() const { return shared_.step; }
  /// Returns λ of this parameter when weight decay is left to the rule (Decay::by_rule); otherwise 0.
  double weight_decay() const { return weight_decay_; }

 private:
  Entry* find(std::string_view name);
  Tensor& like_parameter(std::string_view name);
  Tensor& add(std::string_view name, const Tensor& initial);

  const Variable& parameter_;
  Entries& entries_;
  Tensor learning_rate_;
  Shared& shared_;
  double weight_decay_;
};

/// Returns `moment` with subnormal numbers replaced by 0: those below 2^-126, or below 2^-1022 for float64.
/// f16 is returned as it is. A moment decays to subnormal numbers when its gradients become 0, rounding keeps
/// it there, and a processor may need a hundred times as long for an operation on them.
Tensor flush_subnormals(const Tensor& moment);

}  // namespace luge::optim
