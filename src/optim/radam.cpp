#include "luge/facts.h"
#include "luge/ops/compare.h"
#include "optim/rules.h"

template <>
struct luge::options::Listing<luge::optim::RAdamOptions> {
  static void fields(auto& self, auto&& field) {
    field("beta1", self.beta1, "share of the mean of gradients that stays", at_least(0).below(1),
          elsewhere({"momentum"}));
    field("beta2", self.beta2, "share of the mean of their squares that stays", at_least(0).below(1));
    field("epsilon", self.epsilon, "added to the root of that mean", above(0), elsewhere({"eps"}));
  }
};

namespace luge::optim {
namespace {

struct Step : Rule {
  explicit Step(const RAdamOptions& options) : options_(options) { options::check("RAdam", options); }
  std::string name() const override { return "radam"; }
  Tensor update(const Tensor& parameter, const Tensor& gradient, Slots& slot) const override {
    update_moments(slot, gradient, options_.beta1, options_.beta2);
    const Tensor &m = slot("m"), &v = slot("v");
    const Tensor mean = slot.learning_rate() / slot.bias_correction(options_.beta1) * m;
    const double b = options_.beta2, most = 2 / (1 - b) - 1;
    if (most <= 5) return parameter - mean;
    const Tensor t = slot.step(), left = pow(b, t), length = most - 2 * t * left / (1 - left);
    const Tensor certain = greater(length, 5), known = where(certain, length, most);
    const Tensor factor =
        sqrt((known - 4) * (known - 2) * most / ((most - 4) * (most - 2) * known)) * sqrt(1 - left);
    return parameter - where(certain, mean * as(factor, m) / (sqrt(v) + options_.epsilon), mean);
  }
  RAdamOptions options_;
};

const bool added_radam =
    add("radam", "adam that waits until the mean of squares is certain", make_named<RAdam, RAdamOptions>);

const bool told_radam = facts::add(
    "optimizer", {{"radam",
                   {.formula = "w ← w - rate·m̂ until v is certain, then w ← w - rate·r·m̂/(√v̂ + epsilon/√(1 - "
                               "beta2^t)), where r grows to 1 with the number of steps",
                    .use = "like adam, where training without a warm-up is not stable."}}});

}  // namespace

RAdam::RAdam(double learning_rate, const RAdamOptions& options, const OptimizerOptions& common)
    : Optimizer(std::make_shared<Step>(options), learning_rate, common) {}

}  // namespace luge::optim
