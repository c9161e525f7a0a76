#include "luge/ops/math.h"
#include "luge/optim/optimizers.h"

template <>
struct luge::options::Listing<luge::optim::AdamOptions> {
  static void fields(auto& self, auto&& field) {
    field("beta1", self.beta1, "share of the mean of gradients that stays", at_least(0).below(1),
          elsewhere({"momentum"}));
    field("beta2", self.beta2, "share of the mean of their squares that stays", at_least(0).below(1));
    field("epsilon", self.epsilon, "added to the root of that mean", above(0), elsewhere({"eps"}));
  }
};

namespace luge::optim {
namespace {

// A gradient whose square would overflow is limited to the largest number whose square does not. The step
// depends on the ratio of m and √v, which hardly changes. NaN and infinity stay not finite: g - g is NaN
// then.
Tensor squarable(const Tensor& g) {
  const double limit = g.dtype() == f64 ? 0x1p511 : 0x1p63;
  return maximum(minimum(g, limit), -limit) + (g - g);
}

struct Step : Rule {
  explicit Step(const AdamOptions& options) : options_(options) { options::check("Adam", options); }
  std::string name() const override { return "adam"; }
  Tensor update(const Tensor& parameter, const Tensor& gradient, Slots& slot) const override {
    Tensor &m = slot("m"), &v = slot("v");
    const Tensor g = squarable(gradient);
    m = flush_subnormals(lerp(g, m, options_.beta1));
    v = flush_subnormals(lerp(square(g), v, options_.beta2));
    const Tensor rate = slot.learning_rate() / slot.bias_correction(options_.beta1);
    const Tensor deviation = sqrt(v) * rsqrt(slot.bias_correction(options_.beta2));
    return parameter - rate * m / (deviation + options_.epsilon);
  }
  AdamOptions options_;
};

OptimizerOptions decoupled(OptimizerOptions common, double weight_decay) {
  common.decay = Decay::decoupled;
  common.weight_decay = weight_decay;
  return common;
}

template <Decay D>
struct Named : NamedOptions, AdamOptions {
  Named() {
    learning_rate = 1e-3;
    if (D == Decay::decoupled) weight_decay = AdamWOptions().weight_decay;
  }
  static void fields(auto& self, auto&& field) {
    NamedOptions::fields(self, field);
    options::Listing<AdamOptions>::fields(self, field);
  }
};

template <Decay D>
Optimizer make(const Named<D>& options, const OptimizerOptions& given) {
  OptimizerOptions common = options.with(given);
  common.decay = D;
  return Adam(options.learning_rate, options, common);
}
const bool added = add("adam", "steps of similar lengths for all weights", make<Decay::gradient>);
const bool added_adamw =
    add("adamw", "adam, whose weight decay is apart from the gradient", make<Decay::decoupled>);

}  // namespace

AdamW::AdamW(double learning_rate, const AdamWOptions& options, const OptimizerOptions& common)
    : Optimizer(std::make_shared<Step>(AdamOptions{options.beta1, options.beta2, options.epsilon}),
                learning_rate, decoupled(common, options.weight_decay)) {}

Adam::Adam(double learning_rate, const AdamOptions& options, const OptimizerOptions& common)
    : Optimizer(std::make_shared<Step>(options), learning_rate, common) {}

}  // namespace luge::optim
