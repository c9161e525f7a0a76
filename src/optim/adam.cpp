#include "luge/facts.h"
#include "optim/rules.h"

template <>
struct luge::options::Listing<luge::optim::AdamOptions> {
  static void fields(auto& self, auto&& field) {
    field("beta1", self.beta1, "share of the mean of gradients that stays", at_least(0).below(1),
          elsewhere({"momentum"}));
    field("beta2", self.beta2, "share of the mean of their squares that stays", at_least(0).below(1));
    field("epsilon", self.epsilon, "added to the root of that mean", above(0), elsewhere({"eps"}));
    field("amsgrad", self.amsgrad, "divide by the largest mean of squares so far");
  }
};

namespace luge::optim {
namespace {

struct Step : Rule {
  explicit Step(const AdamOptions& options) : options_(options) { options::check("Adam", options); }
  std::string name() const override { return options_.amsgrad ? "amsgrad" : "adam"; }
  Tensor update(const Tensor& parameter, const Tensor& gradient, Slots& slot) const override {
    update_moments(slot, gradient, options_.beta1, options_.beta2);
    const Tensor &m = slot("m"), &v = slot("v");
    const Tensor rate = slot.learning_rate() / slot.bias_correction(options_.beta1);
    const Tensor deviation = root_of_squares(slot, options_.amsgrad ? largest(slot, v) : v, options_.beta2);
    return parameter - rate * m / (deviation + options_.epsilon);
  }
  static Tensor largest(Slots& slot, const Tensor& v) {
    Tensor& most = slot("v_max");
    return most = maximum(most, v);
  }
  AdamOptions options_;
};

OptimizerOptions decoupled(OptimizerOptions common, double weight_decay) {
  common.weight_decay = weight_decay;
  return with_decay(std::move(common), Decay::decoupled);
}

template <Decay D, bool Largest = false>
struct Named : NamedOptions, AdamOptions {
  Named() {
    learning_rate = 1e-3;
    amsgrad = Largest;
    if (D == Decay::decoupled) weight_decay = AdamWOptions().weight_decay;
  }
  static void fields(auto& self, auto&& field) {
    NamedOptions::fields(self, field);
    options::Listing<AdamOptions>::fields(self, field);
  }
};

template <Decay D, bool Largest>
Optimizer make(const Named<D, Largest>& options, const OptimizerOptions& given) {
  return Adam(options.learning_rate, options, with_decay(options.with(given), D));
}
const bool added_adam = add("adam", "steps of similar lengths for all weights", make<Decay::gradient, false>);
const bool added_adamw =
    add("adamw", "adam, whose weight decay is apart from the gradient", make<Decay::decoupled, false>);
const bool added_amsgrad = add("amsgrad", "adam, whose steps do not grow when gradients become smaller",
                               make<Decay::gradient, true>);

const bool told_adam = facts::add(
    "optimizer",
    {{"adam",
      {.formula = "m ← beta1·m + (1 - beta1)·g; v ← beta2·v + (1 - beta2)·g²; w ← w - rate·m̂/(√v̂ + epsilon), "
                  "where m̂ = m/(1 - beta1^t) and v̂ = v/(1 - beta2^t)",
       .use = "the first choice: momentum and rmsprop together. Steps are about as long as the rate whatever "
              "the size of the gradients. m̂ and v̂ correct that m and v begin at 0."}},
     {"adamw",
      {.formula = "as adam, and w ← w - rate·weight_decay·w apart from the gradient",
       .use = "where weights decay, as in transformers: in adam the decay would be divided by √v̂, too."}},
     {"amsgrad",
      {.formula = "as adam, where v̂ is the largest v so far, divided by 1 - beta2^t",
       .use = "where adam does not settle because rare large gradients are forgotten."}}});

}  // namespace

AdamW::AdamW(double learning_rate, const AdamWOptions& options, const OptimizerOptions& common)
    : Optimizer(
          std::make_shared<Step>(AdamOptions{options.beta1, options.beta2, options.epsilon, options.amsgrad}),
          learning_rate, decoupled(common, options.weight_decay)) {}

Adam::Adam(double learning_rate, const AdamOptions& options, const OptimizerOptions& common)
    : Optimizer(std::make_shared<Step>(options), learning_rate, common) {}

}  // namespace luge::optim
