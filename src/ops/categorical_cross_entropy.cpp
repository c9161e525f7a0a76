// categorical_cross_entropy: -Σ t·log p of each sample, from probabilities. An op of its own because the
// slope of a limited logarithm is 0 where that of the cost is not.
#include "graph/op_registry.h"
#include "luge/ops/class_losses.h"
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "ops/class_scores.h"
#include "ops/elementwise.h"

namespace luge {
namespace {

constexpr double least_log = -100, least_probability = 1e-12;  // as in binary_cross_entropy

// -t·log p of each element.
struct CategoricalCrossEntropy : Op<CategoricalCrossEntropy> {
  static constexpr auto name = "categorical_cross_entropy";
  static constexpr Traits traits{.cost = 20};

  Types infer(const Types& in) const { return elementwise_types(name, in, 2, Domain::floating); }
  Tensors decompose(const Tensors& in) const { return {-in[1] * clamp_min(log(in[0]), least_log)}; }
  Tensors gradient(const GradientCall& c) const {
    const Tensor &p = c.in[0], &t = c.in[1], &g = c.g[0];
    return gradients(
        c, [&] { return -g * (t / maximum(p, least_probability)); },
        [&] { return -g * clamp_min(log(p), least_log); });
  }
};
const Registered<CategoricalCrossEntropy> registered_categorical_cross_entropy;

}  // namespace

Tensor categorical_cross_entropy(const Tensor& probability, const Tensor& target,
                                 const CrossEntropyOptions& options) {
  const ClassScores given("categorical_cross_entropy", probability, target, options);
  return given.cost(make<CategoricalCrossEntropy>({}, given.scores, given.target));
}

}  // namespace luge
