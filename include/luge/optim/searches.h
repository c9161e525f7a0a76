// Optimizers that evaluate the loss as often as they need: for full batches.
#pragma once

#include <cstdint>

#include "luge/optim/optimizer.h"

namespace luge::optim {

/// When a step of a search ends.
struct SearchOptions {
  std::int64_t iterations = 20;      ///< the largest number of line searches in a step, 1 or more
  std::int64_t evaluations = 0;      ///< the largest number of evaluations; 0: 5/4 of the iterations
  double gradient_tolerance = 1e-7;  ///< stop when no element of the gradient is larger, 0 or more
  double change_tolerance = 1e-9;    ///< stop when neither a weight nor the loss changes more, 0 or more
};

/// Options of LBFGS.
struct LBFGSOptions : SearchOptions {
  static constexpr double kUsualRate = 1;  ///< the learning rate unless one is given
  std::int64_t history = 10;               ///< how many steps estimate the curvature, 1 or more
};
/// L-BFGS: steps along the gradient times an estimate of the inverse of the second derivatives, whose length
/// satisfies the strong Wolfe conditions with c₁ = 1e-4 and c₂ = 0.9. The learning rate is the first length
/// that is tried; that of the first step is divided by the sum of |g|. One step has several iterations. It
/// needs all data in each step: Trainer gives it that when an epoch is one batch. Weight decay is a penalty
/// of λ/2·w². Throws ValueError for options that it cannot have: clipping, decoupled weight decay, L1
/// penalties, constraints and rates for groups. Source: Nocedal and Wright 2006, 7.4 and 3.5; PyTorch LBFGS
/// with line_search_fn="strong_wolfe".
class LBFGS : public Optimizer {
 public:
  /// Makes the optimizer. Throws ValueError when an argument is out of range.
  explicit LBFGS(double learning_rate = LBFGSOptions::kUsualRate, const LBFGSOptions& options = {},
                 const OptimizerOptions& common = {});
};

/// Options of ConjugateGradient.
struct ConjugateGradientOptions : SearchOptions {
  static constexpr double kUsualRate = 1;  ///< the learning rate unless one is given
  /// Begin again along the gradient after this many iterations; 0: the number of parameters.
  std::int64_t restart = 0;
};
/// Nonlinear conjugate gradient: d ← -g + max(0, β)·d with β = g·(g - g₀)/(g₀·g₀) (Polak-Ribière), along
/// which a length is searched that satisfies the strong Wolfe conditions with c₁ = 1e-4 and c₂ = 0.1. It
/// begins again along the gradient when d does not lead down, when g and g₀ are far from orthogonal
/// (|g·g₀| ≥ 0.2·g·g), and after `restart` iterations. Otherwise as LBFGS. Source: Nocedal and Wright 2006,
/// 5.2.
class ConjugateGradient : public Optimizer {
 public:
  /// Makes the optimizer. Throws ValueError when an argument is out of range.
  explicit ConjugateGradient(double learning_rate = ConjugateGradientOptions::kUsualRate,
                             const ConjugateGradientOptions& options = {},
                             const OptimizerOptions& common = {});
};

}  // namespace luge::optim
