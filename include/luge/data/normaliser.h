// Normaliser: brings inputs to a common scale. Fitted on the training part alone, applied to every part, and
// saved with the model.
#pragma once

#include <string_view>

#include "luge/data/dataset.h"

namespace luge::data {

enum class Scaling {
  none,
  standardise,  // mean 0, variance 1
  min_max,      // 0 … 1
};

/// "none", "standardise", "min-max"; throws ValueError listing them.
Scaling scaling_named(std::string_view text);
std::string_view name(Scaling scaling);

/// Measures the inputs of `training`: rank 1 (a table) column by column, images [C,H,W] channel by channel,
/// anything else as a whole. What does not vary is only shifted. Throws ValueError for an empty data set and
/// FormatError naming the sample for a value that is not finite.
Affine fit_scaling(const Dataset& training, Scaling scaling);

/// First `first`, then `second`, as one step.
Affine compose(const Affine& first, const Affine& second);

}  // namespace luge::data
