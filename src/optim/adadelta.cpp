#include "luge/facts.h"
#include "optim/rules.h"

template <>
struct luge::options::Listing<luge::optim::AdaDeltaOptions> {
  static void fields(auto& self, auto&& field) {
    field("rho", self.rho, "share of both averages that stays", at_least(0).below(1), elsewhere({"beta2"}));
    field("epsilon", self.epsilon, "added to both averages", above(0), elsewhere({"eps"}));
  }
};

namespace luge::optim {
namespace {

struct Step : Rule {
  explicit Step(const AdaDeltaOptions& options) : options_(options) { options::check("AdaDelta", options); }
  std::string name() const override { return "adadelta"; }
  Tensor update(const Tensor& parameter, const Tensor& gradient, Slots& slot) const override {
    const double epsilon = options_.epsilon;
    Tensor &v = slot("v"), &steps = slot("steps");
    const Tensor g = squarable(gradient);
    v = flush_subnormals(lerp(square(g), v, options_.rho));
    const Tensor step = sqrt(steps + epsilon) / sqrt(v + epsilon) * g;
    steps = flush_subnormals(lerp(square(step), steps, options_.rho));
    return parameter - slot.learning_rate() * step;
  }
  AdaDeltaOptions options_;
};

const bool added_adadelta =
    add("adadelta", "steps as long as the steps so far, whatever the size of the gradients",
        make_named<AdaDelta, AdaDeltaOptions>);

const bool told_adadelta =
    facts::add("optimizer", {{"adadelta",
                              {.formula = "v ← rho·v + (1 - rho)·g²; d = √(u + epsilon)/√(v + epsilon)·g; u "
                                          "← rho·u + (1 - rho)·d²; w ← w - rate·d",
                               .use = "where no rate should be chosen: steps have the unit of the weights. "
                                      "It begins slowly, since u begins at 0."}}});

}  // namespace

AdaDelta::AdaDelta(double learning_rate, const AdaDeltaOptions& options, const OptimizerOptions& common)
    : Optimizer(std::make_shared<Step>(options), learning_rate, common) {}

}  // namespace luge::optim
