#include "luge/facts.h"
#include "optim/rules.h"

template <>
struct luge::options::Listing<luge::optim::AdaMaxOptions> {
  static void fields(auto& self, auto&& field) {
    field("beta1", self.beta1, "share of the mean of gradients that stays", at_least(0).below(1),
          elsewhere({"momentum"}));
    field("beta2", self.beta2, "share of the largest gradient that stays", at_least(0).below(1));
    field("epsilon", self.epsilon, "added to each gradient's size", above(0), elsewhere({"eps"}));
  }
};

namespace luge::optim {
namespace {

struct Step : Rule {
  explicit Step(const AdaMaxOptions& options) : options_(options) { options::check("AdaMax", options); }
  std::string name() const override { return "adamax"; }
  Tensor update(const Tensor& parameter, const Tensor& gradient, Slots& slot) const override {
    Tensor &m = slot("m"), &u = slot("u");
    m = flush_subnormals(lerp(gradient, m, options_.beta1));
    u = maximum(options_.beta2 * u, abs(gradient) + options_.epsilon);
    return parameter - slot.learning_rate() / slot.bias_correction(options_.beta1) * (m / u);
  }
  AdaMaxOptions options_;
};

const bool added_adamax =
    add("adamax", "adam with the largest gradient so far in place of the mean of squares",
        make_named<AdaMax, AdaMaxOptions>);

const bool told_adamax = facts::add(
    "optimizer",
    {{"adamax",
      {.formula =
           "m ← beta1·m + (1 - beta1)·g; u ← max(beta2·u, |g| + epsilon); w ← w - rate/(1 - beta1^t)·m/u",
       .use = "like adam, with a bound of the steps by the largest recent gradient; for embeddings."}}});

}  // namespace

AdaMax::AdaMax(double learning_rate, const AdaMaxOptions& options, const OptimizerOptions& common)
    : Optimizer(std::make_shared<Step>(options), learning_rate, common) {}

}  // namespace luge::optim
