#include "luge/loss/map_criterion.h"

#include "loss/class_targets.h"
#include "luge/facts.h"
#include "luge/ops/activation.h"
#include "luge/ops/labels.h"
#include "luge/ops/losses.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"

// Axis and reduction are left out: tasks put classes where the loss expects them and take the mean.
template <>
struct luge::options::Listing<luge::loss::MapCriterionOptions> {
  static void fields(auto& self, auto&& field) {
    field("rejection", self.rejection, "the distance of the answer that it is none of the classes", above(0),
          elsewhere({"j"}));
  }
};

namespace luge::loss {
namespace {

constexpr const char* kName = "map_criterion";

// log(e^-j + Σ e^z) = log Σ e^z + softplus(-j - log Σ e^z)
Cost cost(const MapCriterionOptions& o, const Tensor& logits, const Tensor& given) {
  const int axis = class_axis(kName, o.axis, logits.rank());
  const Tensor target = squeeze_labels(given, logits, axis);
  return {softmax_cross_entropy(logits, target, {.axis = axis}) +
              softplus(-o.rejection - logsumexp(logits, axis)),
          {}};
}

const bool added_map_criterion =
    add("map-criterion", "the cross-entropy of classes, of which none may be near (LeNet-5 of 1998)",
        [](const MapCriterionOptions& options) { return MapCriterion(options); });

const bool told_map_criterion = facts::add(
    "loss",
    {{"map-criterion",
      {.formula =
           "L = -z_t + log(e^-rejection + Σ e^z_c) of logits z, such as negative distances to the classes",
       .derivative =
           "∂L/∂z_c = e^z_c/(e^-rejection + Σ e^z) - 1 for the right class, without the 1 for others",
       .range = "(0, ∞)",
       .use = "after an output of distances, as in LeNet-5 of 1998: \"none of the classes\" is an answer, so "
              "that "
              "distances cannot all grow together."}}});

}  // namespace

MapCriterion::MapCriterion(const MapCriterionOptions& options)
    : Loss(
          kName, options.reduction,
          [options](const Tensor& logits, const Tensor& target) { return cost(options, logits, target); },
          {.outputs = OutputKind::logits, .targets = Targets::Kind::labels, .axis = options.axis},
          [options](const Shape& logits, const Shape& target) {
            return class_targets(kName, options.axis, no_label, logits, target);
          }) {
  options::check(kName, options);
}

}  // namespace luge::loss
