#include "luge/facts.h"
#include "optim/rules.h"

template <>
struct luge::options::Listing<luge::optim::LARSOptions> {
  static void fields(auto& self, auto&& field) {
    field("momentum", self.momentum, "share of the earlier steps that stays", at_least(0).below(1),
          elsewhere({"beta1", "mu"}));
    field("trust", self.trust, "length of a step relative to the weights", above(0),
          elsewhere({"trust_coefficient"}));
    field("epsilon", self.epsilon, "added to the norm of the gradient", at_least(0), elsewhere({"eps"}));
    field("nesterov", self.nesterov, "look one step ahead");
  }
};

namespace luge::optim {
namespace {

struct Step : Rule {
  explicit Step(const LARSOptions& options) : options_(options) { options::check("LARS", options); }
  std::string name() const override { return "lars"; }
  Tensor update(const Tensor& parameter, const Tensor& gradient, Slots& slot) const override {
    Tensor& v = slot("v");
    Tensor step = gradient;
    if (slot.weight_decay() > 0) step = step + slot.weight_decay() * parameter;
    step = slot.learning_rate() * trust_ratio(parameter, step, options_.trust, options_.epsilon) * step;
    v = flush_subnormals(options_.momentum * v + step);
    return parameter - (options_.nesterov ? options_.momentum * v + step : v);
  }
  GradientSum gradient_sum() const override { return {.slot = "v", .times = options_.nesterov ? 2.0 : 1.0}; }
  LARSOptions options_;
};

const bool added_lars = add("lars", "momentum whose steps are as long as the weights of each layer allow",
                            make_named<LARS, LARSOptions>);

const bool told_lars =
    facts::add("optimizer", {{"lars",
                              {.formula = "u = g + weight_decay·w; v ← momentum·v + rate·trust·|w|/(|u| + "
                                          "epsilon)·u; w ← w - v for each parameter",
                               .use = "for very large batches of convolutional networks."}}});

}  // namespace

LARS::LARS(double learning_rate, const LARSOptions& options, const OptimizerOptions& common)
    : Optimizer(std::make_shared<Step>(options), learning_rate, with_decay(common, Decay::by_rule)) {}

}  // namespace luge::optim
