// Sums of losses.
#pragma once

#include <vector>

#include "luge/loss/loss.h"

namespace luge::loss {

/// A loss of a sum, and how much it counts.
struct Term {
  Loss loss;          ///< the loss; its reduction is not used
  double weight = 1;  ///< the factor of its costs, above 0
};
/// The sum of several losses of the same prediction and target, such as the cross-entropy and the Dice loss
/// of masks. Where one term has a cost for each position and another has one for each sample, the latter
/// counts at each position, so that the mean is the sum of the means. One of the terms may weight positions,
/// by class weights or ignore_index; the costs of the others then count with these weights.
///
///     loss::Sum both({{loss::BinaryCrossEntropy()}, {loss::Dice(), 0.5}});
class Sum : public Loss {
 public:
  /// Makes the loss. Throws ValueError for no term, a weight that is not above 0, a term with a root, and
  /// terms that take outputs or targets of different kinds.
  explicit Sum(const std::vector<Term>& terms, Reduction reduction = Reduction::mean);
};

}  // namespace luge::loss
