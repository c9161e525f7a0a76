#include "luge/facts.h"
#include "optim/rules.h"

template <>
struct luge::options::Listing<luge::optim::RMSPropOptions> {
  static void fields(auto& self, auto&& field) {
    field("rho", self.rho, "share of the mean of squares that stays", at_least(0).below(1),
          elsewhere({"beta2"}));
    field("epsilon", self.epsilon, "added to the root of that mean", above(0), elsewhere({"eps"}));
    field("momentum", self.momentum, "share of the earlier steps that stays", at_least(0).below(1),
          elsewhere({"beta1", "mu"}));
    field("centered", self.centered, "divide by the deviation of the gradients from their mean");
  }
};

namespace luge::optim {
namespace {

struct Step : Rule {
  explicit Step(const RMSPropOptions& options) : options_(options) { options::check("RMSProp", options); }
  std::string name() const override { return "rmsprop"; }
  Tensor update(const Tensor& parameter, const Tensor& gradient, Slots& slot) const override {
    const Tensor g = squarable(gradient);
    Tensor& v = slot("v");
    v = flush_subnormals(lerp(square(g), v, options_.rho));
    Tensor squares = v;
    if (options_.centered) {
      Tensor& mean = slot("mean");
      mean = flush_subnormals(lerp(g, mean, options_.rho));
      squares = maximum(v - square(mean), 0);
    }
    Tensor step = g / (sqrt(squares) + options_.epsilon);
    if (options_.momentum > 0) {
      Tensor& sum = slot("sum");
      step = sum = flush_subnormals(options_.momentum * sum + step);
    }
    return parameter - slot.learning_rate() * step;
  }
  RMSPropOptions options_;
};

const bool added_rmsprop = add("rmsprop", "gradients divided by the root of the mean of their squares",
                               make_named<RMSProp, RMSPropOptions>);

const bool told_rmsprop = facts::add(
    "optimizer",
    {{"rmsprop",
      {.formula =
           "v ← rho·v + (1 - rho)·g²; w ← w - rate·g/(√v + epsilon); centered: √(v - (mean of g)²) instead "
           "of √v; with momentum: w ← w - rate·b, where b ← momentum·b + that quotient",
       .use = "for recurrent networks and reinforcement learning: adagrad that forgets old gradients."}}});

}  // namespace

RMSProp::RMSProp(double learning_rate, const RMSPropOptions& options, const OptimizerOptions& common)
    : Optimizer(std::make_shared<Step>(options), learning_rate, common) {}

}  // namespace luge::optim
