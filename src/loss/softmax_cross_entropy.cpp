#include <fmt/format.h>

#include <algorithm>

#include "loss/class_targets.h"
#include "luge/error.h"
#include "luge/loss/loss.h"
#include "luge/ops/compare.h"
#include "luge/ops/index.h"
#include "luge/ops/labels.h"
#include "luge/ops/linalg.h"
#include "luge/ops/math.h"
#include "luge/ops/shape.h"

// The axis and the reduction are left out: tasks put classes where the loss expects them and take the mean.
template <>
struct luge::options::Listing<luge::loss::SoftmaxCrossEntropyOptions> {
  static void fields(auto& self, auto&& field) {
    field("label_smoothing", self.label_smoothing, "moves targets toward equal shares of all classes",
          at_least(0).below(1));
    field("class_weights", self.class_weights, "how much samples of each class count; empty: all alike",
          at_least(0), elsewhere({"weight", "weights"}));
    field("ignore_index", self.ignore_index, "label whose samples do not count");
  }
};

namespace luge::loss {
namespace {

/// The weight of each sample, from its class and ignore_index; empty when all weights are 1.
Tensor weights(const SoftmaxCrossEntropyOptions& o, const Tensor& logits, const Tensor& target) {
  const bool labels = target.rank() < logits.rank();
  Tensor counts;
  if (labels && o.ignore_index) counts = logical_not(is_label(target, *o.ignore_index));
  if (o.class_weights.empty()) return counts.defined() ? cast(counts, logits.dtype()) : Tensor();
  const std::int64_t classes = logits.extent(static_cast<int>(o.axis));
  if (classes != static_cast<std::int64_t>(o.class_weights.size())) {
    throw ValueError(fmt::format("softmax_cross_entropy: {} class weights for {} classes",
                                 o.class_weights.size(), classes));
  }
  const Tensor by_class = cast(tensor(o.class_weights, Shape{classes}), logits.dtype());
  if (!labels) return matmul(transpose(target, static_cast<int>(o.axis), -1), by_class);
  const Tensor label = cast(target, i64);
  if (!counts.defined()) return take(by_class, label);
  return where(counts, take(by_class, where(counts, label, 0)), 0);
}

Cost cost(const SoftmaxCrossEntropyOptions& o, const Tensor& logits, const Tensor& given) {
  const Tensor target = squeeze_labels(given, logits, static_cast<int>(o.axis));
  const CrossEntropyOptions options{.axis = o.axis,
                                    .label_smoothing = o.label_smoothing,
                                    .ignore_index = o.ignore_index.value_or(no_label)};
  const Tensor each = softmax_cross_entropy(logits, target, options);
  return {each, weights(o, logits, target)};
}

const bool added =
    add("softmax-cross-entropy", "the cross-entropy of classes, from one logit for each class",
        [](const SoftmaxCrossEntropyOptions& options) { return SoftmaxCrossEntropy(options); });

}  // namespace

SoftmaxCrossEntropy::SoftmaxCrossEntropy(const SoftmaxCrossEntropyOptions& options)
    : Loss(
          "softmax_cross_entropy", options.reduction,
          [options](const Tensor& logits, const Tensor& target) { return cost(options, logits, target); },
          {.outputs = OutputKind::logits, .targets = Targets::Kind::labels, .axis = options.axis},
          [options](const Shape& logits, const Shape& target) {
            return class_targets("softmax_cross_entropy", options.axis,
                                 options.ignore_index.value_or(no_label), logits, target);
          }) {
  options::check("softmax_cross_entropy", options);
  const std::vector<double>& weights = options.class_weights;
  if (!weights.empty() &&
      std::all_of(weights.begin(), weights.end(), [](double each) { return each == 0; })) {
    throw options::OptionError(
        "softmax_cross_entropy",
        options::OptionError("class_weights", "class_weights are all 0; expected one above 0"));
  }
}

}  // namespace luge::loss
