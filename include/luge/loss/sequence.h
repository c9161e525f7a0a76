// Losses of sequences of labels.
#pragma once

#include "luge/loss/loss.h"

namespace luge::loss {

/// Options of CTC.
struct CTCOptions {
  std::int64_t blank = 0;                 ///< the class between labels
  bool zero_infinity = false;             ///< impossible targets cost 0 and not infinity
  Reduction reduction = Reduction::mean;  ///< how the costs are reduced
};
/// Connectionist temporal classification: the cost of labels [N,S] without alignment, from logits [N,T,C] for
/// each position. A negative number or the blank in the target ends the labels of a sample, so that shorter
/// ones are padded with -1. All T positions of a prediction count; ctc_loss takes lengths of them. The cost
/// of a sample is not divided by the number of its labels, as PyTorch's reduction mean does. Throws
/// ShapeError for another prediction or target, and IndexError when the program runs for a label that is not
/// a class. Source: Graves et al. 2006, PyTorch nn.CTCLoss.
class CTC : public Loss {
 public:
  /// Makes the loss. Throws OptionError for a blank below 0.
  explicit CTC(const CTCOptions& options = {});
};

}  // namespace luge::loss
