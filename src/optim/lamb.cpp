#include "luge/facts.h"
#include "optim/rules.h"

template <>
struct luge::options::Listing<luge::optim::LAMBOptions> {
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
  explicit Step(const LAMBOptions& options) : options_(options) { options::check("LAMB", options); }
  std::string name() const override { return "lamb"; }
  Tensor update(const Tensor& parameter, const Tensor& gradient, Slots& slot) const override {
    update_moments(slot, gradient, options_.beta1, options_.beta2);
    const Tensor &m = slot("m"), &v = slot("v");
    const Tensor deviation = root_of_squares(slot, v, options_.beta2) + options_.epsilon;
    Tensor step = m / slot.bias_correction(options_.beta1) / deviation;
    if (slot.weight_decay() > 0) step = step + slot.weight_decay() * parameter;
    return parameter - slot.learning_rate() * trust_ratio(parameter, step) * step;
  }
  LAMBOptions options_;
};

const bool added_lamb =
    add("lamb", "adam whose steps are as long as the weights of each layer allow, for large batches",
        make_named<LAMB, LAMBOptions>);

const bool told_lamb = facts::add(
    "optimizer",
    {{"lamb",
      {.formula =
           "u = m̂/(√v̂ + epsilon) + weight_decay·w as in adam; w ← w - rate·|w|/|u|·u for each parameter",
       .use = "for very large batches of transformers."}}});

}  // namespace

LAMB::LAMB(double learning_rate, const LAMBOptions& options, const OptimizerOptions& common)
    : Optimizer(std::make_shared<Step>(options), learning_rate, with_decay(common, Decay::by_rule)) {}

}  // namespace luge::optim
