// Optimizers that give each element of a parameter a step of its own.
#pragma once

#include "luge/optim/optimizer.h"

namespace luge::optim {

/// Options of Adam.
struct AdamOptions {
  double beta1 = 0.9;     ///< β₁, the decay of m, in [0, 1)
  double beta2 = 0.999;   ///< β₂, the decay of v, in [0, 1)
  double epsilon = 1e-8;  ///< ε, above 0, added to √v̂ after the bias correction as in PyTorch
  bool amsgrad = false;   ///< divide by the largest √v so far, corrected by the present step (AMSGrad)
};
/// Adam: m ← β₁·m + (1-β₁)·g, v ← β₂·v + (1-β₂)·g², w ← w - rate·m̂/(√v̂ + ε), where m̂ = m/(1-β₁ᵗ) and
/// v̂ = v/(1-β₂ᵗ). With weight decay and Decay::decoupled it is AdamW. With amsgrad, v̂ is the largest v so
/// far over 1-β₂ᵗ. Source: Kingma and Ba 2015; Reddi et al. 2018; PyTorch Adam.
class Adam : public Optimizer {
 public:
  /// Makes the optimizer. Throws ValueError when an argument is out of range.
  explicit Adam(double learning_rate = 1e-3, const AdamOptions& options = {},
                const OptimizerOptions& common = {});
};

/// Options of AdamW.
struct AdamWOptions {
  double weight_decay = 0.01;  ///< λ: each step subtracts rate·λ·w from w
  double beta1 = 0.9;          ///< β₁, the decay of m, in [0, 1)
  double beta2 = 0.999;        ///< β₂, the decay of v, in [0, 1)
  double epsilon = 1e-8;       ///< ε, above 0, added to √v̂ after the bias correction
  bool amsgrad = false;        ///< divide by the largest √v so far (AMSGrad)
};
/// Adam with decoupled weight decay. The weight decay of the common options is not used. Source: Loshchilov
/// and Hutter 2019, PyTorch AdamW.
class AdamW : public Optimizer {
 public:
  /// Makes the optimizer. Throws ValueError when an argument is out of range.
  explicit AdamW(double learning_rate = 1e-3, const AdamWOptions& options = {},
                 const OptimizerOptions& common = {});
};

/// Options of AdaGrad.
struct AdaGradOptions {
  static constexpr double kUsualRate = 1e-2;  ///< the learning rate unless one is given
  double rate_decay = 0;                      ///< δ, 0 or more: the rate of step t is rate/(1 + (t-1)·δ)
  double initial = 0;                         ///< what s begins with, 0 or more
  double epsilon = 1e-10;                     ///< ε, above 0, added to √s
};
/// AdaGrad: s ← s + g², w ← w - rate·g/(√s + ε). s stays at half of the largest number of its dtype where it
/// would become larger. Source: Duchi et al. 2011, PyTorch Adagrad.
class AdaGrad : public Optimizer {
 public:
  /// Makes the optimizer. Throws ValueError when an argument is out of range.
  explicit AdaGrad(double learning_rate = AdaGradOptions::kUsualRate, const AdaGradOptions& options = {},
                   const OptimizerOptions& common = {});
};

/// Options of AdaDelta.
struct AdaDeltaOptions {
  static constexpr double kUsualRate = 1;  ///< the learning rate unless one is given
  double rho = 0.9;                        ///< ρ, the decay of both averages, in [0, 1)
  double epsilon = 1e-6;                   ///< ε, above 0, added to both averages under the roots
};
/// AdaDelta: v ← ρ·v + (1-ρ)·g², d = √(u + ε)/√(v + ε)·g, u ← ρ·u + (1-ρ)·d², w ← w - rate·d. Source: Zeiler
/// 2012, PyTorch Adadelta.
class AdaDelta : public Optimizer {
 public:
  /// Makes the optimizer. Throws ValueError when an argument is out of range.
  explicit AdaDelta(double learning_rate = AdaDeltaOptions::kUsualRate, const AdaDeltaOptions& options = {},
                    const OptimizerOptions& common = {});
};

/// Options of RMSProp.
struct RMSPropOptions {
  static constexpr double kUsualRate = 1e-2;  ///< the learning rate unless one is given
  double rho = 0.99;                          ///< ρ, the decay of the averages, in [0, 1)
  double epsilon = 1e-8;                      ///< ε, above 0, added after the root
  double momentum = 0;                        ///< μ, in [0, 1)
  bool centered = false;                      ///< divide by the deviation of the gradients from their mean
};
/// RMSProp: v ← ρ·v + (1-ρ)·g², w ← w - rate·g/(√v + ε). With momentum, b ← μ·b + g/(√v + ε) and
/// w ← w - rate·b. Centered, v is replaced by v - m² with m ← ρ·m + (1-ρ)·g, and by 0 where rounding makes
/// that negative (PyTorch has NaN there). Source: Tieleman and Hinton 2012, Graves 2013, PyTorch RMSprop.
class RMSProp : public Optimizer {
 public:
  /// Makes the optimizer. Throws ValueError when an argument is out of range.
  explicit RMSProp(double learning_rate = RMSPropOptions::kUsualRate, const RMSPropOptions& options = {},
                   const OptimizerOptions& common = {});
};

/// Options of AdaMax.
struct AdaMaxOptions {
  static constexpr double kUsualRate = 2e-3;  ///< the learning rate unless one is given
  double beta1 = 0.9;                         ///< β₁, the decay of m, in [0, 1)
  double beta2 = 0.999;                       ///< β₂, the decay of u, in [0, 1)
  double epsilon = 1e-8;                      ///< ε, above 0, added to |g|
};
/// AdaMax: m ← β₁·m + (1-β₁)·g, u ← max(β₂·u, |g| + ε), w ← w - rate/(1-β₁ᵗ)·m/u. Source: Kingma and Ba 2015,
/// PyTorch Adamax.
class AdaMax : public Optimizer {
 public:
  /// Makes the optimizer. Throws ValueError when an argument is out of range.
  explicit AdaMax(double learning_rate = AdaMaxOptions::kUsualRate, const AdaMaxOptions& options = {},
                  const OptimizerOptions& common = {});
};

/// Options of NAdam.
struct NAdamOptions {
  static constexpr double kUsualRate = 2e-3;  ///< the learning rate unless one is given
  double beta1 = 0.9;                         ///< β₁, the decay of m, in [0, 1)
  double beta2 = 0.999;                       ///< β₂, the decay of v, in [0, 1)
  double epsilon = 1e-8;                      ///< ε, above 0, added to √v̂
  double momentum_decay = 4e-3;               ///< ψ, 0 or more
};
/// NAdam, Adam with Nesterov momentum: with μₜ = β₁·(1 - 0.96^(t·ψ)/2) and m, v as in Adam,
/// w ← w - rate·((1-μₜ)/(1-μ₁…μₜ)·g + μₜ₊₁/(1-μ₁…μₜ₊₁)·m)/(√v̂ + ε). Source: Dozat 2016, PyTorch NAdam.
class NAdam : public Optimizer {
 public:
  /// Makes the optimizer. Throws ValueError when an argument is out of range.
  explicit NAdam(double learning_rate = NAdamOptions::kUsualRate, const NAdamOptions& options = {},
                 const OptimizerOptions& common = {});
};

/// Options of RAdam.
struct RAdamOptions {
  static constexpr double kUsualRate = 1e-3;  ///< the learning rate unless one is given
  double beta1 = 0.9;                         ///< β₁, the decay of m, in [0, 1)
  double beta2 = 0.999;                       ///< β₂, the decay of v, in [0, 1)
  double epsilon = 1e-8;                      ///< ε, above 0, added to √v
};
/// RAdam, Adam that begins as momentum: with ρ∞ = 2/(1-β₂) - 1 and ρ = ρ∞ - 2t·β₂ᵗ/(1-β₂ᵗ),
/// w ← w - rate·m̂ while ρ is 5 or less, and w ← w - rate·r·m̂·√(1-β₂ᵗ)/(√v + ε) afterwards, where
/// r = √((ρ-4)(ρ-2)ρ∞ / ((ρ∞-4)(ρ∞-2)ρ)). Source: Liu et al. 2020, PyTorch RAdam.
class RAdam : public Optimizer {
 public:
  /// Makes the optimizer. Throws ValueError when an argument is out of range.
  explicit RAdam(double learning_rate = RAdamOptions::kUsualRate, const RAdamOptions& options = {},
                 const OptimizerOptions& common = {});
};

/// Options of Lion.
struct LionOptions {
  static constexpr double kUsualRate = 1e-4;  ///< the learning rate unless one is given
  double beta1 = 0.9;                         ///< β₁, the share of m in the direction, in [0, 1)
  double beta2 = 0.99;                        ///< β₂, the decay of m, in [0, 1)
};
/// Lion: w ← w - rate·sign(β₁·m + (1-β₁)·g), m ← β₂·m + (1-β₂)·g. Weight decay is decoupled. Source: Chen et
/// al. 2023, optax lion (whose default weight decay is 1e-3; here it is 0).
class Lion : public Optimizer {
 public:
  /// Makes the optimizer. Throws ValueError when an argument is out of range.
  explicit Lion(double learning_rate = LionOptions::kUsualRate, const LionOptions& options = {},
                const OptimizerOptions& common = {});
};

/// Options of Rprop.
struct RpropOptions {
  static constexpr double kUsualRate = 1e-2;  ///< the learning rate unless one is given
  double shrink = 0.5;                        ///< η₋, in (0, 1): after a change of sign
  double grow = 1.2;                          ///< η₊, above 1: after the same sign
  double smallest = 1e-6;                     ///< the smallest step, above 0
  double largest = 50;                        ///< the largest step, above 0
};
/// Rprop: each element moves against the sign of its gradient by a step that grows while the sign stays and
/// shrinks when it changes; it does not move in the step after a change. For full batches. The first step is
/// the learning rate; a schedule scales the steps (in PyTorch it does nothing). Source: Riedmiller and Braun
/// 1993, PyTorch Rprop.
class Rprop : public Optimizer {
 public:
  /// Makes the optimizer. Throws ValueError when an argument is out of range.
  explicit Rprop(double learning_rate = RpropOptions::kUsualRate, const RpropOptions& options = {},
                 const OptimizerOptions& common = {});
};

}  // namespace luge::optim
