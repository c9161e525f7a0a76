#include "luge/facts.h"
#include "optim/rules.h"

template <>
struct luge::options::Listing<luge::optim::LionOptions> {
  static void fields(auto& self, auto&& field) {
    field("beta1", self.beta1, "share of the momentum in the direction", at_least(0).below(1),
          elsewhere({"momentum"}));
    field("beta2", self.beta2, "share of the momentum that stays", at_least(0).below(1));
  }
};

namespace luge::optim {
namespace {

struct Step : Rule {
  explicit Step(const LionOptions& options) : options_(options) { options::check("Lion", options); }
  std::string name() const override { return "lion"; }
  Tensor update(const Tensor& parameter, const Tensor& gradient, Slots& slot) const override {
    Tensor& m = slot("m");
    const Tensor direction = sign(lerp(gradient, m, options_.beta1));
    m = flush_subnormals(lerp(gradient, m, options_.beta2));
    return parameter - slot.learning_rate() * direction;
  }
  LionOptions options_;
};

const bool added_lion =
    add("lion", "steps of one length along the sign of the momentum", make_named<Lion, LionOptions>);

const bool told_lion = facts::add(
    "optimizer", {{"lion",
                   {.formula = "w ← w - rate·sign(beta1·m + (1 - beta1)·g); m ← beta2·m + (1 - beta2)·g",
                    .use = "for large networks with little memory: one number for each weight. All steps "
                           "have one length, so the rate is a third to a tenth of that of adam."}}});

}  // namespace

Lion::Lion(double learning_rate, const LionOptions& options, const OptimizerOptions& common)
    : Optimizer(std::make_shared<Step>(options), learning_rate, with_decay(common, Decay::decoupled)) {}

}  // namespace luge::optim
