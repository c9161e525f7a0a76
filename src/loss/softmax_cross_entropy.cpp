#include "loss/class_targets.h"
#include "loss/class_weights.h"
#include "luge/facts.h"
#include "luge/loss/loss.h"
#include "luge/ops/labels.h"

// The axis and the reduction are left out: tasks put classes where the loss expects them and take the mean.
template <>
struct luge::options::Listing<luge::loss::SoftmaxCrossEntropyOptions> {
  static void fields(auto& self, auto&& field) {
    field("label_smoothing", self.label_smoothing, "moves targets toward equal shares of all classes",
          at_least(0).below(1));
    field("class_weights", self.class_weights,
          "how much samples of each class count, or balanced; empty: all alike", at_least(0),
          elsewhere({"weight", "weights"}));
    field("ignore_index", self.ignore_index, "label whose samples do not count");
  }
};

namespace luge::loss {
namespace {

Cost cost(const SoftmaxCrossEntropyOptions& o, const Tensor& logits, const Tensor& given) {
  const Tensor target = squeeze_labels(given, logits, static_cast<int>(o.axis));
  const CrossEntropyOptions options{.axis = o.axis,
                                    .label_smoothing = o.label_smoothing,
                                    .ignore_index = o.ignore_index.value_or(no_label)};
  const Tensor each = softmax_cross_entropy(logits, target, options);
  return {each,
          weights_by_class("softmax_cross_entropy", o.axis, o.class_weights, o.ignore_index, logits, target)};
}

const bool added_softmax_cross_entropy =
    add("softmax-cross-entropy", "the cross-entropy of classes, from one logit for each class",
        [](const SoftmaxCrossEntropyOptions& options) { return SoftmaxCrossEntropy(options); });

const bool told_softmax_cross_entropy = facts::add(
    "loss",
    {{"softmax-cross-entropy",
      {.formula = "L = -Σ t_i·log p_i, where p_i = e^(z_i)/Σ_j e^(z_j); of a label, -log p_label",
       .derivative = "∂L/∂z_i = p_i - t_i",
       .range = "[0, ∞)",
       .use =
           "for classes that exclude each other. Keep the last layer linear: the softmax is in the loss."}}});

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
  check_class_weights("softmax_cross_entropy", options.class_weights);
}

}  // namespace luge::loss
