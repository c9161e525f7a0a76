#include "luge/loss/segmentation.h"

#include "loss/class_targets.h"
#include "loss/elementwise.h"
#include "luge/facts.h"
#include "luge/loss/example.h"
#include "luge/ops/activation.h"
#include "luge/ops/class_losses.h"
#include "luge/ops/labels.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"

// The axis and the reduction are left out: tasks put classes where the loss expects them and take the mean.
template <>
struct luge::options::Listing<luge::loss::DiceOptions> {
  static void fields(auto& self, auto&& field) {
    field("by_class", self.by_class, "one output for each class; false: one that says yes or no");
    field("from_logits", self.from_logits, "outputs are logits; false: probabilities");
    field("smooth", self.smooth, "added to both sides of the quotient", above(0));
  }
};
template <>
struct luge::options::Listing<luge::loss::TverskyOptions> {
  static void fields(auto& self, auto&& field) {
    field("alpha", self.alpha, "the weight of what is predicted and not there", at_least(0));
    field("beta", self.beta, "the weight of what is there and not predicted", at_least(0));
    luge::options::Listing<luge::loss::DiceOptions>::fields(self, field);
  }
};

namespace luge::loss {
namespace {

template <class O>
About about(const O& o) {
  if (!o.by_class) {
    return {.outputs = o.from_logits ? OutputKind::binary_logits : OutputKind::binary_probabilities,
            .targets = Targets::Kind::probabilities};
  }
  return {.outputs = o.from_logits ? OutputKind::logits : OutputKind::probabilities,
          .targets = Targets::Kind::labels,
          .axis = o.axis};
}

// Mean over the classes of the cost of each class's mask; `each` takes probabilities and shares [N·C,…].
template <class O, class F>
Cost by_class(const char* name, const O& o, const F& each, const Tensor& prediction, const Tensor& given) {
  const int axis = class_axis(name, o.axis, prediction.rank());
  const Tensor p = o.from_logits ? softmax(prediction, axis) : prediction;
  const Tensor target = squeeze_labels(given, prediction, axis);
  const Tensor t = target.rank() < p.rank() ? class_shares(target, p, axis, name) : matched(name, p, target);
  const auto masks = [axis](const Tensor& x) {
    Tensor moved = x;
    for (int k = axis; k > 1; --k) moved = transpose(moved, k, k - 1);
    return moved;
  };
  const Tensor pm = masks(p), tm = masks(t);
  const Tensor costs = each(flatten(pm, 0, 1), flatten(tm, 0, 1));
  return {mean(unflatten(costs, 0, Shape{prediction.extent(0), prediction.extent(axis)}), 1), {}};
}

template <class O, class F>
Loss of_overlap(const char* name, const O& o, const F& each) {
  options::check(name, o);
  return Loss(
      name, o.reduction,
      [name, o, each](const Tensor& prediction, const Tensor& target) -> Cost {
        if (o.by_class) return by_class(name, o, each, prediction, target);
        const Tensor p = o.from_logits ? sigmoid(prediction) : prediction;
        return {each(p, matched(name, p, target)), {}};
      },
      about(o));
}

const bool added_segmentation[] = {
    add("dice", "how far masks are from covering each other", [](const DiceOptions& o) { return Dice(o); }),
    add("tversky", "the Dice loss with a weight for each kind of error",
        [](const TverskyOptions& o) { return Tversky(o); })};

// Two of four pixels are true.
Example of_masks(const Loss& loss) {
  const bool by_class = is_by_class(loss.outputs());
  const bool logits = loss.outputs() == OutputKind::binary_logits || loss.outputs() == OutputKind::logits;
  const auto pixels = [by_class, logits](bool right) {
    return [=](const Tensor& x) {
      const Tensor no = logits ? -x : 1 - x, outside = right ? no : x;
      if (!by_class) return unsqueeze(concat({x, x, outside, outside}), 0);
      const Tensor other = right ? x : no;
      return reshape(concat({no, x, no, x, other, outside, other, outside}), {1, 4, 2});
    };
  };
  const Tensor truth = by_class ? tensor(std::vector<std::int64_t>{1, 1, 0, 0}, Shape{1, 4})
                                : tensor({1.0, 1.0, 0.0, 0.0}, Shape{1, 4});
  return {logits ? "logit z of pixels" : "probability p of pixels",
          logits ? -5.0 : 0.01,
          logits ? 5.0 : 0.99,
          {{"z at the true pixels, -z at others", truth, pixels(true)},
           {"z at all pixels", truth, pixels(false)}}};
}
const bool shown[] = {add_example("dice", of_masks), add_example("tversky", of_masks)};

const bool told_segmentation = facts::add(
    "loss",
    {{"dice",
      {.formula = "L = 1 - (2·Σ p·t + smooth)/(Σ p + Σ t + smooth), where p = 1/(1 + e^-z), over the pixels "
                  "of a sample",
       .derivative = "with I = 2·Σ p·t + smooth and S = Σ p + Σ t + smooth: ∂L/∂p = (I - 2·t·S)/S²",
       .range = "[0, 1)",
       .use = "for masks that cover a small part of a picture: what is covered counts, not the many pixels "
              "outside."}},
     {"tversky",
      {.formula = "L = 1 - (I + smooth)/(I + alpha·Σ p·(1 - t) + beta·Σ (1 - p)·t + smooth), where I = Σ p·t",
       .derivative =
           "with N and D the two sides of the quotient: ∂L/∂p = (N·(t + alpha·(1 - t) - beta·t) - t·D)/D²",
       .range = "[0, 1)",
       .use = "like dice, where missing a pixel (beta) and a false one (alpha) should cost differently."}}});

}  // namespace

Dice::Dice(const DiceOptions& o)
    : Loss(of_overlap("dice", o,
                      [o](const Tensor& p, const Tensor& t) { return dice_loss(p, t, o.smooth); })) {}

Tversky::Tversky(const TverskyOptions& o)
    : Loss(of_overlap("tversky", o, [o](const Tensor& p, const Tensor& t) {
        return tversky_loss(p, t, {.alpha = o.alpha, .beta = o.beta, .smooth = o.smooth});
      })) {}

}  // namespace luge::loss
