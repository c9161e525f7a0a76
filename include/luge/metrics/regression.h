// Figures of numbers: how far predictions are from targets. And the log loss of probabilities.
#pragma once

#include "luge/metrics/metric.h"

namespace luge::metrics {

/// The mean of (t - y)² over all numbers of all samples; 0 when there are none. Prediction y and target t
/// have one shape, or are [N,1] and [N], of any dtypes of numbers. Differences are float64; those of whole
/// numbers are exact also above 2^53. A NaN makes the figure NaN, which is never the best. The units are the
/// squares of those of the target. Throws ShapeError naming both shapes when they do not match. Source:
/// scikit-learn mean_squared_error; targets of several numbers are not weighted.
class MSE : public Metric {
 public:
  /// Makes the metric.
  MSE();
};

/// The mean of |t - y|, in the units of the target. The rest is as for MSE. Source: scikit-learn
/// mean_absolute_error.
class MAE : public Metric {
 public:
  /// Makes the metric.
  MAE();
};

/// The square root of MSE, in the units of the target. Source: scikit-learn root_mean_squared_error; of
/// several numbers a sample it is the root of the common mean.
class RMSE : public Metric {
 public:
  /// Makes the metric.
  RMSE();
};

/// The mean of |t - y| / max(|t|, 2^-52): 0.1 means 10 percent. The rest is as for MSE. Source: scikit-learn
/// mean_absolute_percentage_error.
class MAPE : public Metric {
 public:
  /// Makes the metric.
  MAPE();
};

/// The share of the variance of the targets that predictions explain: 1 - Σ(t - y)² / Σ(t - mean)², over all
/// numbers of all samples. For targets that are all equal it is 1 when the predictions are right, else 0; it
/// is 0 when there are none. Means and squares are merged by the rule of Chan, Golub and LeVeque (1979), so
/// that targets with a large mean lose no digits. Shapes are those of MSE. Source: scikit-learn r2_score; it
/// takes the mean over the figures of several numbers a sample, here they are taken together.
class R2 : public Metric {
 public:
  /// Makes the metric.
  R2();
};

/// The mean of -log p of what is true; 0 when there are no samples. Predictions are
///  - one for each class, [N,…,C], with labels [N,…] or [N,…,1], or with shares of the classes [N,…,C];
///  - or one for yes or no, of any shape, with targets in [0, 1] of this shape; [N,1] and [N] match.
/// Metric::of_outputs says whether they are logits or probabilities; without it they are probabilities.
/// Those nearer to 0 or 1 than the epsilon of their dtype count as that near. A NaN makes the figure NaN. A
/// label that is not a class throws IndexError when the update runs. Source: scikit-learn log_loss.
class LogLoss : public Metric {
 public:
  /// Makes the metric.
  LogLoss();
};

}  // namespace luge::metrics
