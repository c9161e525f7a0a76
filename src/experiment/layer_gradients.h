// What the layers of a network do with one batch: how large their outputs are, and the gradients that come
// back to them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "luge/experiment/run.h"

namespace luge::experiment {

/// One layer that has weights: a parameter of two axes or more.
struct LayerGradient {
  std::string path, type;
  std::int64_t units = 0;     // rows of its weights, one for each unit
  std::int64_t distinct = 0;  // those of them that are not equal to another one
  double output_mean = 0, output_deviation = 0;
  double output_gradient = 0;  // length of the gradient of the loss with respect to its output
  double weight_gradient = 0;  // and with respect to its weights, without the bias
};

/// All layers, at one moment of a training.
struct GradientLook {
  std::int64_t step = 0;
  double loss = 0;
  std::vector<LayerGradient> layers;  // in the order in which they compute

  /// The gradient of the first layer's weights as a share of that of the last one's.
  double first_to_last() const;
};

struct GradientLooks {
  std::vector<GradientLook> looks;
  std::string stopped;  // why not all of them could be made; empty: they were
};

/// Looks at the first batch after each of these numbers of steps, in ascending order, and trains in between.
/// Throws ValueError for a network that has several inputs or no layer with weights.
GradientLooks look_at_gradients(const Run& run, const std::vector<std::int64_t>& steps);

}  // namespace luge::experiment
