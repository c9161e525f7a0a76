// The parts of softmax_cross_entropy: labels as distributions, and the loop over samples its reference loops
// share.
#pragma once

#include "core/whole.h"
#include "graph/op_registry.h"
#include "luge/ops/nn.h"
#include "ops/attributes/cross_entropy.h"
#include "ops/element.h"

namespace luge {

static_assert(CrossEntropyAttributes::kNone == no_label);

/// The target as a loss uses it, in the shape and dtype of the logits: labels as distributions, smoothed. A
/// label that is not a class throws IndexError, which begins with `loss`, when the program runs.
Tensor target_distribution(const CrossEntropyAttributes& a, const Tensor& target, const Tensor& logits,
                           std::string_view loss = "softmax_cross_entropy");
Tensor make_cross_entropy_backward(const CrossEntropyAttributes& a, const Tensor& logits,
                                   const Tensor& target, const Tensor& log_sum, const Tensor& g);

/// True when the target holds labels, false when it holds probabilities. Throws ShapeError and DTypeError for
/// neither.
bool holds_labels(std::string_view op, const CrossEntropyAttributes& a, const Type& logits,
                  const Type& target);
[[noreturn]] void fail_label(const KernelError& error, std::string_view loss = "softmax_cross_entropy");

/// Samples of a tensor whose classes lie along one axis: sample s begins at begin(s), its classes are `step`
/// apart.
struct Samples {
  std::int64_t classes, step, count;
  Samples(const Shape& shape, std::int64_t axis) : classes(shape[static_cast<int>(axis)]), step(1), count(1) {
    for (int k = 0; k < shape.rank(); ++k) {
      if (k != axis) count *= shape[k];
      if (k > axis) step *= shape[k];
    }
  }
  std::int64_t begin(std::int64_t sample) const { return sample / step * step * classes + sample % step; }
};

/// The probability of each class of one sample, from its label or from given probabilities.
template <class T>
class TargetReader {
 public:
  TargetReader(const CrossEntropyAttributes& a, const Samples& samples, const View& target, bool labels,
               Status* status)
      : a_(a), samples_(samples), target_(target), labels_(labels), status_(status) {}

  /// Moves to a sample; false when its label is ignored or refused (and reported).
  bool seek(std::int64_t sample) {
    begin_ = samples_.begin(sample);
    if (!labels_) return true;
    bool counts = false;
    for_number(target_.type.dtype, [&]<class L>() {
      const L given = target_.as<const L>()[sample];
      const std::optional<std::int64_t> label = as_whole(given);
      if (a_.ignores(label)) return;
      counts = label && *label >= 0 && *label < samples_.classes;
      if (counts) {
        label_ = *label;
      } else {
        status_->record({.position = sample, .value = exactly(given), .limit = samples_.classes});
      }
    });
    return counts;
  }
  double at(std::int64_t c) const {
    double p = 0;
    if (labels_) {
      p = c == label_ ? 1 : 0;
    } else {
      p = static_cast<double>(widen(target_.as<const T>()[begin_ + c * samples_.step]));
    }
    return (1 - a_.label_smoothing) * p + a_.label_smoothing / static_cast<double>(samples_.classes);
  }

 private:
  const CrossEntropyAttributes& a_;
  const Samples& samples_;
  const View& target_;
  bool labels_;
  Status* status_;
  std::int64_t begin_ = 0, label_ = 0;
};

}  // namespace luge
