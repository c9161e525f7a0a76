// perplexity and bits: the mean cross-entropy of a classifier as a number of choices, and in bits.
#include <numbers>

#include "luge/metrics/metric.h"
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/nn.h"
#include "luge/ops/reduce.h"

namespace luge::metrics {
namespace {

// Sums: Σ cost and the number of labels, f64 both.
Tensors add_costs(const Tensors& sums, const Tensor& logits, const Tensor& given, const Tensor& counted) {
  // A label that does not count need not be a class.
  const Tensor labels = counted.defined() ? where(counted, given, 0) : given;
  const Tensor costs =
      cast(softmax_cross_entropy(size_of(logits.dtype()) < 4 ? cast(logits, f32) : logits, labels), f64);
  if (counted.defined()) return {sums[0] + sum(where(counted, costs, 0)), sums[1] + sum(cast(counted, f64))};
  return {sums[0] + sum(costs), sums[1] + count(costs, {}, f64)};
}

// `of_mean` makes the figure of the mean cross-entropy.
Metric::Rule rule_of_costs(const std::string& name, Tensor (*of_mean)(const Tensor& mean)) {
  return {.name = name,
          .sums = {{{}, f64}, {{}, f64}},
          .update = [](const Tensors& sums, const Tensor& logits,
                       const Tensor& labels) { return add_costs(sums, logits, labels, {}); },
          .result =
              [of_mean](const Tensors& sums) {
                return where(greater(sums[1], 0), of_mean(sums[0] / maximum(sums[1], 1)), 0);
              },
          .better = Better::lower,
          .update_counted = add_costs,
          .measures = Measures::classes};
}

const bool added_perplexity =
    add("perplexity", "among how many equally likely classes a network chooses that is as unsure",
        [] { return Perplexity(); });
// Of characters these are the bits that a perfect coder needs for each of them.
const bool added_bits = add("bits", "mean cross-entropy in bits: of a character, bits per character", [] {
  return Metric(rule_of_costs("bits", [](const Tensor& mean) { return mean / std::numbers::ln2; }));
});

}  // namespace

Perplexity::Perplexity()
    : Metric(rule_of_costs("perplexity", [](const Tensor& mean) { return exp(mean); })) {}

}  // namespace luge::metrics
