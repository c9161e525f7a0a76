#include "luge/facts.h"
#include "luge/ops/math.h"
#include "luge/optim/optimizers.h"

namespace luge::optim {
namespace {

struct Step : Rule {
  std::string name() const override { return "gradient-descent"; }
  Tensor update(const Tensor& parameter, const Tensor& gradient, Slots& slot) const override {
    return parameter - slot.learning_rate() * gradient;
  }
};

Optimizer make(const NamedOptions& options, const OptimizerOptions& common) {
  return GradientDescent(options.learning_rate, options.with(common));
}
const bool added_gradient_descent = add("gradient-descent", "steps along the gradient", make);
const bool added_sgd = add("sgd", "another name of gradient-descent", make);

constexpr Facts kGradientDescentFacts = {
    .formula = "w ← w - rate·g",
    .use =
        "as the baseline, and with a schedule where it generalizes well. One rate serves all weights: on a "
        "narrow valley it zigzags. Stochastic, batch and mini-batch descent differ in batch= alone."};
const bool told_gradient_descent =
    facts::add("optimizer", {{"gradient-descent", kGradientDescentFacts}, {"sgd", kGradientDescentFacts}});

}  // namespace

GradientDescent::GradientDescent(double learning_rate, const OptimizerOptions& options)
    : Optimizer(std::make_shared<Step>(), learning_rate, options) {}

}  // namespace luge::optim
