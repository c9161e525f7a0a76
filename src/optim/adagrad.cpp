#include "luge/facts.h"
#include "luge/ops/shape.h"
#include "optim/rules.h"

template <>
struct luge::options::Listing<luge::optim::AdaGradOptions> {
  static void fields(auto& self, auto&& field) {
    field("rate_decay", self.rate_decay, "how fast the rate falls: rate/(1 + (step-1)*rate_decay)",
          at_least(0), elsewhere({"lr_decay"}));
    field("initial", self.initial, "what the sum of squares begins with", at_least(0),
          elsewhere({"initial_accumulator_value"}));
    field("epsilon", self.epsilon, "added to the root of that sum", above(0), elsewhere({"eps"}));
  }
};

namespace luge::optim {
namespace {

struct Step : Rule {
  explicit Step(const AdaGradOptions& options) : options_(options) { options::check("AdaGrad", options); }
  std::string name() const override { return "adagrad"; }
  Tensor update(const Tensor& parameter, const Tensor& gradient, Slots& slot) const override {
    const Tensor g = squarable(gradient);
    Tensor& sum = slot("sum", full(parameter.shape(), options_.initial, parameter.dtype()));
    sum = minimum(sum + square(g), g.dtype() == f64 ? 0x1p1023 : 0x1p127);
    Tensor rate = slot.learning_rate();
    if (options_.rate_decay > 0) rate = rate / as(1 + (slot.step() - 1) * options_.rate_decay, g);
    return parameter - rate * g / (sqrt(sum) + options_.epsilon);
  }
  AdaGradOptions options_;
};

const bool added_adagrad = add("adagrad", "steps that shrink for weights with large gradients so far",
                               make_named<AdaGrad, AdaGradOptions>);

const bool told_adagrad =
    facts::add("optimizer", {{"adagrad",
                              {.formula = "s ← s + g²; w ← w - rate·g/(√s + epsilon)",
                               .use = "for sparse features, such as words: rare weights take longer steps. "
                                      "Since s only grows, steps become shorter and shorter."}}});

}  // namespace

AdaGrad::AdaGrad(double learning_rate, const AdaGradOptions& options, const OptimizerOptions& common)
    : Optimizer(std::make_shared<Step>(options), learning_rate, common) {}

}  // namespace luge::optim
