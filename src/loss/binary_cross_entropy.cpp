#include "loss/elementwise.h"
#include "luge/facts.h"
#include "luge/loss/loss.h"
#include "luge/ops/math.h"

// The reduction is left out: a training takes the mean.
template <>
struct luge::options::Listing<luge::loss::BinaryCrossEntropyOptions> {
  static void fields(auto& self, auto&& field) {
    field("from_logits", self.from_logits, "outputs are logits; false: probabilities");
    field("label_smoothing", self.label_smoothing, "moves targets toward 1/2 by this share",
          at_least(0).below(1));
    field("positive_weight", self.positive_weight, "how much more the answer yes counts", above(0),
          elsewhere({"pos_weight"}));
  }
};

namespace luge::loss {
namespace {

Cost cost(const BinaryCrossEntropyOptions& o, const Tensor& prediction, const Tensor& target) {
  const Tensor given = matched("binary_cross_entropy", prediction, target);
  const Tensor t = o.label_smoothing == 0 ? given : given * (1 - o.label_smoothing) + o.label_smoothing / 2;
  Tensor each =
      o.from_logits ? binary_cross_entropy_with_logits(prediction, t) : binary_cross_entropy(prediction, t);
  if (o.positive_weight == 1) return {mean_per_sample(each), {}};
  const Tensor weight = 1 + (o.positive_weight - 1) * given;
  // One sample may have elements of both classes, so they are weighted before the mean of the sample.
  const Tensor sample_weight = mean_per_sample(weight);
  return {mean_per_sample(each * weight) / sample_weight, sample_weight};
}

const bool added_binary_cross_entropy =
    add("binary-cross-entropy", "the cross-entropy of yes or no, from one logit for each answer",
        [](const BinaryCrossEntropyOptions& options) { return BinaryCrossEntropy(options); });

const bool told_binary_cross_entropy =
    facts::add("loss", {{"binary-cross-entropy",
                         {.formula = "L = -(t·log p + (1 - t)·log(1 - p)), where p = 1/(1 + e^-z); with "
                                     "from_logits = false, p is the output",
                          .derivative = "∂L/∂z = p - t; ∂L/∂p = (p - t)/(p·(1 - p))",
                          .range = "[0, ∞)",
                          .use = "for answers of yes or no, one or several of each sample. Keep the last "
                                 "layer linear: from logits it is exact where p is near 0 or 1."}}});

}  // namespace

BinaryCrossEntropy::BinaryCrossEntropy(const BinaryCrossEntropyOptions& options)
    : Loss("binary_cross_entropy", options.reduction,
           [options](const Tensor& prediction, const Tensor& target) {
             return cost(options, prediction, target);
           },
           {.outputs = options.from_logits ? OutputKind::binary_logits : OutputKind::binary_probabilities,
            .targets = Targets::Kind::probabilities}) {
  options::check("binary_cross_entropy", options);
}

}  // namespace luge::loss
