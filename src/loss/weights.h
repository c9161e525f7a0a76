// Weights of samples or positions, and the predictions, targets and costs that they belong to.
#pragma once

#include <optional>
#include <string>

#include "luge/loss/loss.h"

namespace luge::loss {

/// `weight` with axes of extent 1 at the end, to be multiplied with x, whose first extents it has; without
/// `skipped`, an axis of x that the weight does not have. Throws ShapeError naming both.
Tensor beside(const std::string& loss, const Tensor& weight, const Tensor& x,
              std::optional<int> skipped = {});

/// A prediction and a target with their weight, as the cost function of a loss takes them.
struct Weighted {
  Tensor prediction, target;
  Tensor weight;               ///< by the first axes of the costs
  bool positions_are_samples;  ///< the first axes of all three became one axis
};
/// Puts zeros where the weight is 0, so that what is there, even NaN, reaches neither the loss nor a
/// gradient. Weights of positions make each position a sample, unless the class axis is in between.
Weighted weighted(const std::string& loss, const About& about, const Tensor& prediction, const Tensor& target,
                  const Tensor& weight);
/// Where the weight is not 0, bool in the shape of the target.
Tensor has_weight(const std::string& loss, const About& about, const Tensor& prediction, const Tensor& target,
                  const Tensor& weight);

}  // namespace luge::loss
