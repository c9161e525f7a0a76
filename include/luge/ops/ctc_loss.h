// ctc_loss: the cost of a sequence of labels without alignment.
#pragma once

#include <cstdint>

#include "luge/tensor.h"

namespace luge {

/// Options of ctc_loss.
struct CtcOptions {
  std::int64_t blank = 0;      ///< the class between labels, 0 … classes-1
  bool zero_infinity = false;  ///< impossible targets cost 0 and not infinity
};
/// Returns -log of the probability that the labels of a sample are read from its positions, [N]: the sum over
/// all alignments, in which labels are repeated and blanks lie between them. log_probabilities [T,N,C] are
/// logarithms, such as log_softmax gives them; targets [N,S] are labels without the blank; input_lengths [N]
/// and target_lengths [N] say how many positions and labels of a sample count. What is beyond them may hold
/// anything. A target that is too long for its positions costs infinity and has the gradient 0. The sums are
/// float64 logarithms, whatever the dtype. Throws ShapeError and DTypeError for inputs that do not match, and
/// IndexError when the program runs for a label or a length out of range, naming the sample. The gradient of
/// log_probabilities is the exact one; PyTorch's differs by the gradient of a log_softmax before it, after
/// which both are equal. There is no second gradient. Source: Graves et al. 2006, PyTorch functional.ctc_loss
/// with reduction none.
Tensor ctc_loss(const Tensor& log_probabilities, const Tensor& targets, const Tensor& input_lengths,
                const Tensor& target_lengths, const CtcOptions& options = {});

}  // namespace luge
