// Losses of numbers as functions: one cost for each element, not reduced.
/// @file
/// Prediction and target have one floating dtype and broadcast, otherwise DTypeError and ShapeError. 16-bit
/// tensors compute in float32. With the error e = prediction - target, the squared error is square(e) and the
/// absolute error abs(e). The classes of luge/loss/regression.h reduce these costs.
#pragma once

#include "luge/tensor.h"

namespace luge {

/// Returns e²/2 where |e| ≤ delta, and delta·(|e| - delta/2) elsewhere. Throws ValueError for a delta that is
/// not above 0. Source: Huber 1964, PyTorch functional.huber_loss with reduction none.
Tensor huber_loss(const Tensor& prediction, const Tensor& target, double delta = 1);
/// Returns e²/(2·beta) where |e| ≤ beta, and |e| - beta/2 elsewhere; |e| for beta = 0. Throws ValueError for
/// a beta below 0. Source: Girshick 2015, PyTorch functional.smooth_l1_loss with reduction none.
Tensor smooth_l1_loss(const Tensor& prediction, const Tensor& target, double beta = 1);
/// Returns log(cosh(e)), about e²/2 for small and |e| - log 2 for large errors. The computation does not
/// overflow; the derivative is tanh(e). Source: Keras LogCosh.
Tensor log_cosh_loss(const Tensor& prediction, const Tensor& target);
/// Returns (log(1 + t) - log(1 + y))², where numbers below `least` count as `least` and have no gradient.
/// Throws ValueError unless least > -1. Source: Keras MeanSquaredLogarithmicError, whose bound is 1e-7.
Tensor squared_log_error(const Tensor& prediction, const Tensor& target, double least = 1e-6);
/// Returns 100·|t - y|/max(|t|, epsilon). Throws ValueError for an epsilon that is not above 0. Source: Keras
/// MeanAbsolutePercentageError.
Tensor absolute_percentage_error(const Tensor& prediction, const Tensor& target, double epsilon = 1e-7);

/// Options of poisson_nll_loss.
struct PoissonOptions {
  bool log_input = true;  ///< the prediction is the logarithm of the rate; false: the rate
  bool full = false;      ///< add Stirling's approximation of log t! where t > 1
  double epsilon = 1e-8;  ///< added to a rate before its logarithm is taken, 0 or more
};
/// Returns the negative log-likelihood of counts t without the constant log t!: exp(y) - t·y for the
/// logarithm y of the rate, or y - t·log(y + epsilon) for the rate. Throws ValueError for an epsilon below 0.
/// Source: PyTorch functional.poisson_nll_loss with reduction none.
Tensor poisson_nll_loss(const Tensor& prediction, const Tensor& target, const PoissonOptions& options = {});

/// Returns (log v + (t - m)²/v)/2, the negative log-likelihood of t under the normal distribution of mean m
/// and variance v = max(variance, epsilon); `full` adds log(2π)/2. The gradient of the variance is that of v
/// even below epsilon, so that a variance can leave 0. All three have one dtype and broadcast. Throws
/// ValueError for an epsilon that is not above 0. Source: Nix and Weigend 1994, PyTorch
/// functional.gaussian_nll_loss with reduction none.
Tensor gaussian_nll_loss(const Tensor& mean, const Tensor& target, const Tensor& variance, bool full = false,
                         double epsilon = 1e-6);

}  // namespace luge
