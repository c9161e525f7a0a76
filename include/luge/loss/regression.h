// Losses of numbers, besides MSE.
/// @file
/// Each cost is the mean over the elements of a sample. Prediction y and target t have one shape, or are
/// [N,1] and [N]; the target is cast to the dtype of the prediction. The functions of
/// luge/ops/regression_losses.h give the formulas. Constructors throw OptionError when an option is out of
/// range.
#pragma once

#include "luge/loss/loss.h"

namespace luge::loss {

/// The mean absolute error, |t - y|. Source: PyTorch nn.L1Loss, Keras MeanAbsoluteError.
class MAE : public Loss {
 public:
  /// Makes the loss.
  explicit MAE(Reduction reduction = Reduction::mean);
};

/// The root mean squared error, the square root of MSE, in the unit of the targets. It is the root of the
/// mean over all samples, not a mean of roots; over several batches too. Reduction::sum gives the root of the
/// sum, Reduction::none that of each sample. A perfect fit has the slope 0. Source: Keras
/// RootMeanSquaredError.
class RMSE : public Loss {
 public:
  /// Makes the loss.
  explicit RMSE(Reduction reduction = Reduction::mean);
};

/// Options of MSLE.
struct MSLEOptions {
  double least = 1e-6;                    ///< smaller predictions and targets count as this, above -1
  Reduction reduction = Reduction::mean;  ///< how the costs are reduced
};
/// The mean squared logarithmic error, (log(1 + t) - log(1 + y))². Source: Keras MeanSquaredLogarithmicError,
/// whose bound is 1e-7.
class MSLE : public Loss {
 public:
  /// Makes the loss.
  explicit MSLE(const MSLEOptions& options = {});
};

/// Options of MAPE.
struct MAPEOptions {
  double epsilon = 1e-7;                  ///< smaller |t| count as this, above 0
  Reduction reduction = Reduction::mean;  ///< how the costs are reduced
};
/// The mean absolute percentage error, 100·|t - y|/max(|t|, epsilon). Source: Keras
/// MeanAbsolutePercentageError.
class MAPE : public Loss {
 public:
  /// Makes the loss.
  explicit MAPE(const MAPEOptions& options = {});
};

/// Options of Huber.
struct HuberOptions {
  double delta = 1;                       ///< the error from which the cost is linear, above 0
  Reduction reduction = Reduction::mean;  ///< how the costs are reduced
};
/// The Huber loss: squares of small errors and absolute values of large ones. Source: Huber 1964, PyTorch
/// nn.HuberLoss, Keras Huber.
class Huber : public Loss {
 public:
  /// Makes the loss.
  explicit Huber(const HuberOptions& options = {});
};

/// Options of SmoothL1.
struct SmoothL1Options {
  double beta = 1;                        ///< the error from which the cost is linear, 0 or more
  Reduction reduction = Reduction::mean;  ///< how the costs are reduced
};
/// The smooth L1 loss: the Huber loss over its delta, so that large errors have the slope 1. Source: Girshick
/// 2015, PyTorch nn.SmoothL1Loss.
class SmoothL1 : public Loss {
 public:
  /// Makes the loss.
  explicit SmoothL1(const SmoothL1Options& options = {});
};

/// The logarithm of the hyperbolic cosine of the error. Source: Keras LogCosh.
class LogCosh : public Loss {
 public:
  /// Makes the loss.
  explicit LogCosh(Reduction reduction = Reduction::mean);
};

/// Options of Poisson.
struct PoissonLossOptions {
  bool log_input = true;                  ///< predictions are logarithms of rates; false: rates
  bool full = false;                      ///< add Stirling's approximation of log t! where t > 1
  double epsilon = 1e-8;                  ///< added to a rate before its logarithm is taken, 0 or more
  Reduction reduction = Reduction::mean;  ///< how the costs are reduced
};
/// The negative log-likelihood of counts under the Poisson distribution. By default predictions are
/// logarithms of rates, so that metrics which compare them with the counts, such as MAE, mean nothing.
/// Source: PyTorch nn.PoissonNLLLoss; Keras Poisson takes rates.
class Poisson : public Loss {
 public:
  /// Makes the loss.
  explicit Poisson(const PoissonLossOptions& options = {});
};

/// Options of GaussianNLL.
struct GaussianNLLOptions {
  bool log_variance = true;               ///< the second half are logarithms of variances; false: variances
  bool full = false;                      ///< add log(2π)/2
  double epsilon = 1e-6;                  ///< the least variance, above 0
  Reduction reduction = Reduction::mean;  ///< how the costs are reduced
};
/// The negative log-likelihood under a normal distribution. The prediction [N,…,2·D] holds D means and then D
/// logarithms of variances of a target [N,…,D] (or [N] for D = 1): a variance is positive
/// whatever the network gives. Throws ShapeError when the last extents do not match. A network needs two
/// outputs for each number, which tasks do not know: it is for programs. Source: Nix and Weigend 1994,
/// PyTorch nn.GaussianNLLLoss, which takes the variances as an argument of their own.
class GaussianNLL : public Loss {
 public:
  /// Makes the loss.
  explicit GaussianNLL(const GaussianNLLOptions& options = {});
};

}  // namespace luge::loss
