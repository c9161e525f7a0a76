#include "luge/facts.h"
#include "luge/ops/shape.h"
#include "optim/rules.h"

template <>
struct luge::options::Listing<luge::optim::NAdamOptions> {
  static void fields(auto& self, auto&& field) {
    field("beta1", self.beta1, "share of the mean of gradients that stays", at_least(0).below(1),
          elsewhere({"momentum"}));
    field("beta2", self.beta2, "share of the mean of their squares that stays", at_least(0).below(1));
    field("epsilon", self.epsilon, "added to the root of that mean", above(0), elsewhere({"eps"}));
    field("momentum_decay", self.momentum_decay, "how fast the momentum reaches beta1", at_least(0),
          elsewhere({"psi", "schedule_decay"}));
  }
};

namespace luge::optim {
namespace {

struct Step : Rule {
  explicit Step(const NAdamOptions& options) : options_(options) { options::check("NAdam", options); }
  std::string name() const override { return "nadam"; }
  Tensor update(const Tensor& parameter, const Tensor& gradient, Slots& slot) const override {
    const Tensor g = update_moments(slot, gradient, options_.beta1, options_.beta2);
    const Tensor &m = slot("m"), &v = slot("v");
    Tensor& product = slot("product", ones({}, f64));  // of all momenta so far
    const Tensor now = momentum(slot.step()), next = momentum(slot.step() + 1);
    product = product * now;
    const Tensor of_gradient = as((1 - now) / (1 - product), g), of_mean = as(next / (1 - product * next), g);
    const Tensor deviation = root_of_squares(slot, v, options_.beta2) + options_.epsilon;
    return parameter - slot.learning_rate() * (of_gradient * g + of_mean * m) / deviation;
  }
  Tensor momentum(const Tensor& step) const {
    return options_.beta1 * (1 - 0.5 * pow(0.96, step * options_.momentum_decay));
  }
  NAdamOptions options_;
};

const bool added_nadam = add("nadam", "adam that looks one step ahead", make_named<NAdam, NAdamOptions>);

const bool told_nadam = facts::add(
    "optimizer",
    {{"nadam",
      {.formula =
           "as adam, with μ·m̂ of the next step and g in place of m̂: w ← w - rate·((1 - μ_t)/(1 - μ_1…μ_t)·g "
           "+ μ_(t+1)/(1 - μ_1…μ_(t+1))·m)/(√v̂ + epsilon), where μ_t = beta1·(1 - 0.96^(t·momentum_decay)/2)",
       .use = "like adam, where nesterov is better than momentum."}}});

}  // namespace

NAdam::NAdam(double learning_rate, const NAdamOptions& options, const OptimizerOptions& common)
    : Optimizer(std::make_shared<Step>(options), learning_rate, common) {}

}  // namespace luge::optim
