#include "luge/loss/classification.h"

#include "loss/class_targets.h"
#include "loss/class_weights.h"
#include "loss/elementwise.h"
#include "luge/facts.h"
#include "luge/loss/example.h"
#include "luge/ops/activation.h"
#include "luge/ops/class_losses.h"
#include "luge/ops/labels.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"

// Axes and reductions are left out: tasks put classes where the loss expects them and take the mean.
template <>
struct luge::options::Listing<luge::loss::ClassLossOptions> {
  static void fields(auto& self, auto&& field) {
    field("label_smoothing", self.label_smoothing, "moves targets toward equal shares of all classes",
          at_least(0).below(1));
    field("class_weights", self.class_weights,
          "how much samples of each class count, or balanced; empty: all alike", at_least(0),
          elsewhere({"weight", "weights"}));
    field("ignore_index", self.ignore_index, "label whose samples do not count");
  }
};
template <>
struct luge::options::Listing<luge::loss::KLDivergenceOptions> {
  static void fields(auto& self, auto&& field) {
    field("from_logits", self.from_logits, "outputs are logits or logarithms; false: probabilities");
    field("log_target", self.log_target, "targets are logarithms of probabilities");
  }
};
template <>
struct luge::options::Listing<luge::loss::FocalOptions> {
  static void fields(auto& self, auto&& field) {
    field("gamma", self.gamma, "how much less easy samples cost; 0: as the cross-entropy", at_least(0));
    field("label_smoothing", self.label_smoothing, "moves targets toward equal shares of all classes",
          at_least(0).below(1));
    field("class_weights", self.class_weights,
          "how much samples of each class count, or balanced; empty: all alike", at_least(0),
          elsewhere({"alpha", "weight", "weights"}));
    field("ignore_index", self.ignore_index, "label whose samples do not count");
  }
};
template <>
struct luge::options::Listing<luge::loss::BinaryFocalOptions> {
  static void fields(auto& self, auto&& field) {
    field("gamma", self.gamma, "how much less easy answers cost; 0: as the cross-entropy", at_least(0));
    field("alpha", self.alpha, "the factor of the answer yes; that of no is 1 - alpha", within(0, 1));
    field("label_smoothing", self.label_smoothing, "moves targets toward 1/2 by this share",
          at_least(0).below(1));
  }
};

namespace luge::loss {
namespace {

// A loss of labels or shares: `each` computes the costs; options hold axis, class weights and ignore_index.
template <class O, class F>
Loss of_classes(const char* name, OutputKind outputs, const O& o, const F& each,
                bool log_probabilities = false) {
  options::check(name, o);
  check_class_weights(name, o.class_weights);
  return Loss(
      name, o.reduction,
      [name, o, each](const Tensor& scores, const Tensor& given) {
        const Tensor target = squeeze_labels(given, scores, static_cast<int>(o.axis));
        return Cost{each(scores, target),
                    weights_by_class(name, o.axis, o.class_weights, o.ignore_index, scores, target)};
      },
      {.outputs = outputs,
       .targets = Targets::Kind::labels,
       .axis = o.axis,
       .log_probabilities = log_probabilities},
      [name, o](const Shape& scores, const Shape& target) {
        return class_targets(name, o.axis, o.ignore_index.value_or(no_label), scores, target);
      });
}

CrossEntropyOptions plain(const ClassLossOptions& o) {
  return {.axis = o.axis,
          .label_smoothing = o.label_smoothing,
          .ignore_index = o.ignore_index.value_or(no_label)};
}

Cost kl(const KLDivergenceOptions& o, const Tensor& prediction, const Tensor& target) {
  const int axis = class_axis("kl_divergence", o.axis, prediction.rank());
  const Tensor log_p = o.from_logits ? log_softmax(prediction, axis) : log(clamp_min(prediction, 1e-37));
  return {sum(kl_divergence(log_p, matched("kl_divergence", prediction, target), o.log_target), axis), {}};
}

Cost binary_focal(const BinaryFocalOptions& o, const Tensor& prediction, const Tensor& target) {
  const Tensor given = matched("binary_focal", prediction, target);
  const Tensor t = o.label_smoothing == 0 ? given : given * (1 - o.label_smoothing) + o.label_smoothing / 2;
  return {mean_per_sample(binary_focal_loss(prediction, t, o.gamma, o.alpha)), {}};
}

const bool added_classification[] = {
    add("categorical-cross-entropy", "the cross-entropy of classes, for a network that ends in softmax",
        [](const ClassLossOptions& o) { return CategoricalCrossEntropy(o); }),
    add("nll", "the cross-entropy of classes, for a network that ends in log-softmax",
        [](const ClassLossOptions& o) { return NLL(o); }),
    add("kl-divergence", "how far the distribution of the outputs is from that of the targets",
        [](const KLDivergenceOptions& o) { return KLDivergence(o); }),
    add("focal", "the cross-entropy of classes, in which easy samples count less",
        [](const FocalOptions& o) { return Focal(o); }),
    add("binary-focal", "the cross-entropy of yes or no, in which easy answers count less",
        [](const BinaryFocalOptions& o) { return BinaryFocal(o); })};

const bool shown = add_example("nll", [](const Loss&) {
  const auto prediction = [](const Tensor& x) {
    const Tensor rest = log(clamp_min((1 - exp(x)) / 2, 1e-37));
    return reshape(concat({x, rest, rest}), {1, 3});
  };
  return Example{"log p of the first of three classes",
                 -5,
                 -0.01,
                 {{"the first class is true", tensor({std::int64_t{0}}, Shape{1}), prediction},
                  {"another class is true", tensor({std::int64_t{1}}, Shape{1}), prediction}}};
});

const bool told_classification = facts::add(
    "loss",
    {{"categorical-cross-entropy",
      {.formula = "L = -Σ t_i·log p_i; of a label, -log p_label",
       .derivative = "∂L/∂p_i = -t_i/p_i",
       .range = "[0, ∞)",
       .use = "for networks that end in softmax. softmax-cross-entropy is more exact, and has the simpler "
              "gradient."}},
     {"nll",
      {.formula = "L = -Σ t_i·y_i, where y = log p; of a label, -y_label",
       .derivative = "∂L/∂y_i = -t_i; the other classes change with it, since shares add up to 1",
       .range = "[0, ∞) for logarithms of probabilities",
       .use = "for networks that end in log-softmax."}},
     {"kl-divergence",
      {.formula =
           "L = Σ t_i·(log t_i - log p_i), where p = softmax(z); with from_logits = false, p is the output",
       .derivative = "∂L/∂z_i = p_i - t_i for shares that add up to 1; ∂L/∂p_i = -t_i/p_i",
       .range = "[0, ∞)",
       .use = "to learn a distribution, such as that of another network (distillation). It is the "
              "cross-entropy minus the entropy of the targets, so gradients are the same."}},
     {"focal",
      {.formula = "L = -Σ t_i·(1 - p_i)^gamma·log p_i, where p = softmax(z)",
       .derivative = "of a label with p = p_label: ∂L/∂z_label = -(1 - p)^gamma·(1 - p - gamma·p·log p)",
       .range = "[0, ∞)",
       .use =
           "for classes of very different sizes: easy samples count less, with gamma = 0 all count alike."}},
     {"binary-focal",
      {.formula = "L = -alpha·(1 - p)^gamma·log p for t = 1, -(1 - alpha)·p^gamma·log(1 - p) for t = 0, "
                  "where p = 1/(1 + e^-z); without alpha both factors are 1",
       .derivative = "for t = 1: ∂L/∂z = -alpha·(1 - p)^gamma·(1 - p - gamma·p·log p)",
       .range = "[0, ∞)",
       .use = "for yes or no where yes is rare, as in detection (RetinaNet)."}}});

}  // namespace

CategoricalCrossEntropy::CategoricalCrossEntropy(const ClassLossOptions& o)
    : Loss(of_classes(
          "categorical_cross_entropy", OutputKind::probabilities, o,
          [o](const Tensor& p, const Tensor& t) { return categorical_cross_entropy(p, t, plain(o)); })) {}

NLL::NLL(const ClassLossOptions& o)
    : Loss(of_classes(
          "nll", OutputKind::logits, o,
          [o](const Tensor& log_p, const Tensor& t) { return nll_loss(log_p, t, plain(o)); }, true)) {}

KLDivergence::KLDivergence(const KLDivergenceOptions& o)
    : Loss("kl_divergence", o.reduction,
           [o](const Tensor& prediction, const Tensor& target) { return kl(o, prediction, target); },
           {.outputs = o.from_logits ? OutputKind::logits : OutputKind::probabilities,
            .targets = o.log_target ? Targets::Kind::values : Targets::Kind::probabilities,
            .axis = o.axis}) {
  options::check("kl_divergence", o);
}

Focal::Focal(const FocalOptions& o)
    : Loss(of_classes("focal", OutputKind::logits, o, [o](const Tensor& logits, const Tensor& t) {
        return focal_loss(logits, t,
                          {.gamma = o.gamma,
                           .axis = o.axis,
                           .label_smoothing = o.label_smoothing,
                           .ignore_index = o.ignore_index.value_or(no_label)});
      })) {}

BinaryFocal::BinaryFocal(const BinaryFocalOptions& o)
    : Loss(
          "binary_focal", o.reduction,
          [o](const Tensor& prediction, const Tensor& target) { return binary_focal(o, prediction, target); },
          {.outputs = OutputKind::binary_logits, .targets = Targets::Kind::probabilities}) {
  options::check("binary_focal", o);
}

}  // namespace luge::loss
