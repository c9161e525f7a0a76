// binary_cross_entropy, from probabilities, and binary_cross_entropy_with_logits: ops of their own because
// the slopes of what they are composed of are infinite or lost where the slope of the cost is not.
#include "graph/op_registry.h"
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/nn.h"
#include "ops/elementwise.h"
#include "ops/wide.h"

namespace luge {
namespace {

constexpr double least_log = -100, least_product = 1e-12;  // PyTorch's

Tensor log_probability(const Tensor& p) { return clamp_min(log(p), least_log); }
Tensor log_complement(const Tensor& p) { return clamp_min(log1p(-p), least_log); }

struct BinaryCrossEntropy : Op<BinaryCrossEntropy> {
  static constexpr auto name = "binary_cross_entropy";
  static constexpr Traits traits{.cost = 30};

  Types infer(const Types& in) const { return elementwise_types(name, in, 2, Domain::floating); }
  Tensors decompose(const Tensors& in) const {
    const Tensor &p = in[0], &t = in[1];
    return {-(t * log_probability(p) + (1 - t) * log_complement(p))};
  }
  Tensors gradient(const GradientCall& c) const {
    const Tensor p = to_accumulator(c.in[0]), t = to_accumulator(c.in[1]), g = to_accumulator(c.g[0]);
    const DType dtype = c.in[0].dtype();
    return gradients(
        c, [&] { return cast(g * ((p - t) / maximum(p * (1 - p), least_product)), dtype); },
        [&] { return cast(g * (log_complement(p) - log_probability(p)), dtype); });
  }
};
const Registered<BinaryCrossEntropy> registered_binary_cross_entropy;

struct BinaryCrossEntropyWithLogits : Op<BinaryCrossEntropyWithLogits> {
  static constexpr auto name = "binary_cross_entropy_with_logits";
  static constexpr Traits traits{.cost = 30};

  Types infer(const Types& in) const { return elementwise_types(name, in, 2, Domain::floating); }
  // Two parts that do not cancel; a part of weight 0 is left out, because ∞·0 would be NaN.
  Tensors decompose(const Tensors& in) const {
    const Tensor &x = in[0], &t = in[1];
    const Tensor rest = 1 - t;
    return {where(equal(t, 0), 0, t * softplus(-x)) + where(equal(rest, 0), 0, rest * softplus(x))};
  }
  Tensors gradient(const GradientCall& c) const {
    return gradients(
        c, [&] { return c.g[0] * (sigmoid(c.in[0]) - c.in[1]); }, [&] { return -c.g[0] * c.in[0]; });
  }
};
const Registered<BinaryCrossEntropyWithLogits> registered_with_logits;

}  // namespace

Tensor binary_cross_entropy_with_logits(const Tensor& logits, const Tensor& target) {
  return make<BinaryCrossEntropyWithLogits>({}, logits, target);
}

Tensor binary_cross_entropy(const Tensor& probability, const Tensor& target) {
  return make<BinaryCrossEntropy>({}, probability, target);
}

}  // namespace luge
