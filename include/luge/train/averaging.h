// Averaging: the mean of the parameters over the steps of a training, which often predicts better than the
// last values.
#pragma once

#include <cstdint>

namespace luge::train {

/// Options of averaged parameters. Evaluation, validation, prediction and the eval graph of saved files use
/// the averages; training goes on with the parameters themselves.
struct Averaging {
  /// The weight of the earlier average at each update, in [0, 1): average ← decay·average + (1-decay)·value.
  /// In the first updates it is (1+t)/(10+t) while that is smaller, so that the initial values are soon
  /// forgotten. Source: TensorFlow ExponentialMovingAverage with num_updates.
  double decay = 0.999;
  /// True: the average is the mean of the values after all updates from `start`, and decay is not used.
  /// Source: Izmailov et al. 2018, stochastic weight averaging.
  bool mean = false;
  /// True: whenever the average has taken part of the values, the parameters become the average, from which
  /// the training goes on: slow weights that fast ones run ahead of. Running statistics are averaged in the
  /// same way. Usual are decay = 0.5 and every = 5. Not together with `mean`. Source: Zhang et al. 2019.
  bool lookahead = false;
  /// With `lookahead`: the number of updates in which the decay grows from 0 with their third power; 0: it
  /// does not change. The parameters move freely at first and hardly at the end. Source: Jordan 2024.
  std::int64_t rise = 0;
  std::int64_t start = 0;  ///< the number of updates before averaging begins; the average is the value before
  std::int64_t every = 1;  ///< the average takes part of the values after this number of updates, 1 or more
  /// The number of training batches that batch norms see with the averages after each epoch, each moving the
  /// running statistics as in training, so that they belong to the averages. 0: the averages use the running
  /// statistics of the training. Source: PyTorch swa_utils.update_bn, which takes plain means.
  std::int64_t norm_batches = 0;
};

}  // namespace luge::train
