// Losses as functions: a cost for each sample or each element, not reduced.
#pragma once

#include <cstdint>
#include <limits>

#include "luge/tensor.h"

namespace luge {

/// A value that no label has. As an ignore_index it means that no label is ignored.
inline constexpr std::int64_t no_label = std::numeric_limits<std::int64_t>::min();

/// Options of softmax_cross_entropy.
struct CrossEntropyOptions {
  std::int64_t axis = -1;                ///< the class axis of the logits
  double label_smoothing = 0;            ///< s in [0, 1): the target t becomes (1-s)·t + s/classes
  std::int64_t ignore_index = no_label;  ///< samples with this label cost 0
};

/// Returns -Σ t·log(softmax(logits)) for each sample, where the sum runs along the class axis; the result has
/// the shape of the logits without that axis. `target` holds labels 0 … classes-1, in integers or in a
/// floating tensor of whole numbers, with the shape of the logits without the class axis; or it holds
/// probabilities, with the shape and dtype of the logits. A label out of range throws IndexError when the
/// program runs; the text names the sample, the label and the number of classes. Throws ShapeError or
/// DTypeError when the target does not match and ValueError when label_smoothing is outside [0, 1). Source:
/// PyTorch functional.cross_entropy with reduction none.
Tensor softmax_cross_entropy(const Tensor& logits, const Tensor& target,
                             const CrossEntropyOptions& options = {});

/// Returns -(t·log σ(x) + (1-t)·log(1-σ(x))) for each element, where x are the logits and t the target. The
/// computation does not overflow. Both have one floating dtype and broadcast. Source: PyTorch
/// functional.binary_cross_entropy_with_logits with reduction none.
Tensor binary_cross_entropy_with_logits(const Tensor& logits, const Tensor& target);
/// Returns -(t·log p + (1-t)·log(1-p)) for each element, where p are the probabilities and t the target. A
/// logarithm below -100 counts as -100. The gradient of p is (p - t) / max(p·(1-p), 1e-12), which is always
/// finite. Both have one floating dtype and broadcast. Source: PyTorch functional.binary_cross_entropy with
/// reduction none.
Tensor binary_cross_entropy(const Tensor& probability, const Tensor& target);

}  // namespace luge
