#include "luge/loss/margin.h"

#include "loss/class_targets.h"
#include "loss/class_weights.h"
#include "loss/elementwise.h"
#include "luge/facts.h"
#include "luge/ops/class_losses.h"
#include "luge/ops/compare.h"
#include "luge/ops/labels.h"
#include "luge/ops/math.h"

// Axes and reductions are left out: tasks put classes where the loss expects them and take the mean.
template <>
struct luge::options::Listing<luge::loss::SignLossOptions> {
  static void fields(auto& self, auto&& field) {
    field("zero_one", self.zero_one, "targets are 0 and 1, as labels are, and not -1 and 1");
  }
};
template <>
struct luge::options::Listing<luge::loss::CategoricalHingeOptions> {
  static void fields(auto& self, auto&& field) {
    field("class_weights", self.class_weights,
          "how much samples of each class count, or balanced; empty: all alike", at_least(0),
          elsewhere({"weight", "weights"}));
    field("ignore_index", self.ignore_index, "label whose samples do not count");
  }
};
template <>
struct luge::options::Listing<luge::loss::MultiMarginOptions> {
  static void fields(auto& self, auto&& field) {
    field("p", self.p, "the power of what is missing", within(1, 2));
    field("margin", self.margin, "how much the right score must exceed the others");
    field("class_weights", self.class_weights,
          "how much samples of each class count, or balanced; empty: all alike", at_least(0),
          elsewhere({"weight", "weights"}));
    field("ignore_index", self.ignore_index, "label whose samples do not count");
  }
};

namespace luge::loss {
namespace {

using Each = Tensor (*)(const Tensor& prediction, const Tensor& target);

// A loss of scores whose sign is the answer.
Loss of_signs(const char* name, const SignLossOptions& o, Each each) {
  return Loss(name, o.reduction,
              [name, o, each](const Tensor& prediction, const Tensor& target) {
                const Tensor t = matched(name, prediction, target);
                // Both are 0 where the weight of a sample is 0.
                const Tensor masked = logical_and(equal(t, 0), equal(prediction, 0));
                const Tensor counted = o.zero_one ? t : where(masked, 1, t);
                const Tensor signs = stop_gradient(to_signs(counted, prediction.dtype(), o.zero_one, name));
                return Cost{mean_per_sample(each(prediction, signs)), {}};
              },
              {.outputs = OutputKind::binary_logits,
               .targets = o.zero_one ? Targets::Kind::probabilities : Targets::Kind::values});
}

// A loss of labels or shares; labels that are ignored weigh 0.
template <class O, class F>
Loss of_classes(const char* name, const O& o, const F& each) {
  options::check(name, o);
  check_class_weights(name, o.class_weights);
  return Loss(
      name, o.reduction,
      [name, o, each](const Tensor& scores, const Tensor& given) {
        const Tensor target = squeeze_labels(given, scores, static_cast<int>(o.axis));
        const bool ignores = o.ignore_index && target.rank() < scores.rank();
        const Tensor counted = ignores ? where(is_label(target, *o.ignore_index), 0, target) : target;
        return Cost{each(scores, counted),
                    weights_by_class(name, o.axis, o.class_weights, o.ignore_index, scores, target)};
      },
      {.outputs = OutputKind::logits, .targets = Targets::Kind::labels, .axis = o.axis},
      [name, o](const Shape& scores, const Shape& target) {
        return class_targets(name, o.axis, o.ignore_index.value_or(no_label), scores, target);
      });
}

const bool added_margin[] = {add("hinge", "the hinge loss of yes or no, from one score for each answer",
                                 [](const SignLossOptions& o) { return Hinge(o); }),
                             add("squared-hinge", "the squared hinge loss of yes or no",
                                 [](const SignLossOptions& o) { return SquaredHinge(o); }),
                             add("exponential", "the exponential loss of yes or no, as in AdaBoost",
                                 [](const SignLossOptions& o) { return Exponential(o); }),
                             add("categorical-hinge", "the hinge loss of classes against the best other one",
                                 [](const CategoricalHingeOptions& o) { return CategoricalHinge(o); }),
                             add("multi-margin", "the hinge loss of classes against all others",
                                 [](const MultiMarginOptions& o) { return MultiMargin(o); })};

const bool told_margin = facts::add(
    "loss",
    {{"hinge",
      {.formula = "L = max(0, 1 - t·z) for t = -1 or 1",
       .derivative = "∂L/∂z = -t for t·z < 1, else 0",
       .range = "[0, ∞)",
       .use = "for yes or no with a margin, as in a support vector machine: right answers beyond the margin "
              "cost nothing."}},
     {"squared-hinge",
      {.formula = "L = max(0, 1 - t·z)² for t = -1 or 1",
       .derivative = "∂L/∂z = -2·t·max(0, 1 - t·z)",
       .range = "[0, ∞)",
       .use = "like hinge, and smooth; wrong answers that are sure cost more."}},
     {"exponential",
      {.formula = "L = e^(-t·z) for t = -1 or 1",
       .derivative = "∂L/∂z = -t·e^(-t·z)",
       .range = "(0, ∞)",
       .use = "to see what AdaBoost minimizes; wrong labels dominate it."}},
     {"categorical-hinge",
      {.formula = "L = max(0, 1 + max over other classes of z_i - z_label)",
       .derivative = "∂L/∂z = -1 for the label and 1 for the best other class where L > 0, else 0",
       .range = "[0, ∞)",
       .use = "for classes with a margin to the best other one."}},
     {"multi-margin",
      {.formula =
           "L = Σ over other classes of max(0, margin - z_label + z_i)^p, divided by the number of classes",
       .derivative = "for p = 1 and C classes: ∂L/∂z_i = 1/C for each other class within the margin, minus "
                     "their sum for the label",
       .range = "[0, ∞)",
       .use = "for classes with a margin to all others."}}});

}  // namespace

Hinge::Hinge(const SignLossOptions& o) : Loss(of_signs("hinge", o, hinge_loss)) {}
SquaredHinge::SquaredHinge(const SignLossOptions& o)
    : Loss(of_signs("squared_hinge", o, squared_hinge_loss)) {}
Exponential::Exponential(const SignLossOptions& o) : Loss(of_signs("exponential", o, exponential_loss)) {}

CategoricalHinge::CategoricalHinge(const CategoricalHingeOptions& o)
    : Loss(of_classes("categorical_hinge", o, [axis = o.axis](const Tensor& scores, const Tensor& t) {
        return categorical_hinge_loss(scores, t, axis);
      })) {}

MultiMargin::MultiMargin(const MultiMarginOptions& o)
    : Loss(of_classes("multi_margin", o, [o](const Tensor& scores, const Tensor& t) {
        return multi_margin_loss(scores, t, o.p, o.margin, o.axis);
      })) {}

}  // namespace luge::loss
