#pragma once
#include <limits>
#include <optional>

#include "graph/fields.h"

namespace luge {

// Shared by softmax_cross_entropy (logits, target → cost of each sample, log Σ exp of its logits),
// softmax_cross_entropy_backward (logits, target, that logarithm, gradient of the cost → gradient of the
// logits) and class_targets (labels, type of the logits → the distribution that the labels mean). The axis
// counts from the front.
struct CrossEntropyAttributes {
  std::int64_t axis = 1;
  double label_smoothing = 0;
  std::int64_t ignore_index = 0;
  static constexpr std::int64_t kNone = std::numeric_limits<std::int64_t>::min();  // no label is ignored
  /// Whether samples of this label, if it is a whole number, cost nothing.
  bool ignores(std::optional<std::int64_t> label) const {
    return ignore_index != kNone && label == ignore_index;
  }
  static void fields(auto& self, auto&& field) {
    field("axis", self.axis);
    field("label_smoothing", self.label_smoothing);
    field("ignore_index", self.ignore_index);
  }
};

}  // namespace luge
