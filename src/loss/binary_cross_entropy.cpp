#include <fmt/format.h>

#include "loss/elementwise.h"
#include "luge/error.h"
#include "luge/loss/loss.h"
#include "luge/ops/math.h"

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

const bool added =
    add("binary-cross-entropy", "the cross-entropy of yes or no, from one logit for each answer",
        []() -> Loss { return BinaryCrossEntropy(); });

}  // namespace

BinaryCrossEntropy::BinaryCrossEntropy(const BinaryCrossEntropyOptions& options)
    : Loss("binary_cross_entropy", options.reduction,
           [options](const Tensor& prediction, const Tensor& target) {
             return cost(options, prediction, target);
           },
           {.outputs = options.from_logits ? OutputKind::binary_logits : OutputKind::binary_probabilities,
            .targets = Targets::Kind::probabilities}) {
  if (!(options.label_smoothing >= 0 && options.label_smoothing < 1)) {
    throw ValueError(fmt::format("binary_cross_entropy: label_smoothing is {}; expected 0 or more, below 1",
                                 options.label_smoothing));
  }
  if (!(options.positive_weight > 0)) {
    throw ValueError(fmt::format("binary_cross_entropy: positive_weight is {}; expected above 0",
                                 options.positive_weight));
  }
}

}  // namespace luge::loss
