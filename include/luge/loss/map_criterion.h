// MapCriterion: the loss of LeNet-5, in which "none of the classes" is an answer, too.
#pragma once

#include "luge/loss/loss.h"

namespace luge::loss {

/// Options of MapCriterion.
struct MapCriterionOptions {
  /// j: the distance of the answer "none of the classes". Costs are about 0 for a right answer that is nearer
  /// than j, and only the right answer is pulled while all are farther.
  double rejection = 1;
  std::int64_t axis = -1;                 ///< the class axis of the logits
  Reduction reduction = Reduction::mean;  ///< how the costs are reduced
};
/// The maximum a posteriori criterion y_t + log(e^-j + Σ e^-y_c) of distances y to the classes c, where t is
/// the right one. It takes logits z = -y [N,…,C], as RBFOutput gives them with its option logits, and labels
/// [N,…], whole numbers of any dtype, or the share of each class [N,…,C]. It is SoftmaxCrossEntropy with one
/// more class that is never right and has the logit -j, so that distances cannot all grow together. A label
/// out of range throws IndexError when the program runs. Source: LeCun et al. 1998, equation 9; the paper
/// gives no j.
class MapCriterion : public Loss {
 public:
  /// Makes the loss. Throws OptionError for a rejection that is not above 0.
  explicit MapCriterion(const MapCriterionOptions& options = {});
};

}  // namespace luge::loss
