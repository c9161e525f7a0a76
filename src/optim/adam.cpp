#include <fmt/format.h>

#include "luge/error.h"
#include "luge/ops/math.h"
#include "luge/optim/optimizers.h"
#include "optim/registry.h"

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
  explicit Step(const AdamOptions& options) : options_(options) {
    for (const auto& [name, beta] : {std::pair{"beta1", options.beta1}, {"beta2", options.beta2}}) {
      if (!(beta >= 0 && beta < 1))
        throw ValueError(fmt::format("Adam: {} is {}; expected 0 or more, below 1", name, beta));
    }
    if (!(options.epsilon > 0))
      throw ValueError(fmt::format("Adam: epsilon is {}; expected above 0", options.epsilon));
  }
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
Optimizer make_named(double learning_rate, Settings& settings, const OptimizerOptions& given) {
  AdamOptions options;
  OptimizerOptions common = given;
  common.decay = D;
  if (D == Decay::decoupled && common.weight_decay == 0) common.weight_decay = AdamWOptions().weight_decay;
  settings.take("beta1", options.beta1, {"momentum"});
  settings.take("beta2", options.beta2);
  settings.take("epsilon", options.epsilon);
  settings.take("weight_decay", common.weight_decay);
  return Adam(learning_rate, options, common);
}
const bool added = add_named("adam", make_named<Decay::gradient>);
const bool added_adamw = add_named("adamw", make_named<Decay::decoupled>);

}  // namespace

AdamW::AdamW(double learning_rate, const AdamWOptions& options, const OptimizerOptions& common)
    : Optimizer(std::make_shared<Step>(AdamOptions{options.beta1, options.beta2, options.epsilon}),
                learning_rate, decoupled(common, options.weight_decay)) {}

Adam::Adam(double learning_rate, const AdamOptions& options, const OptimizerOptions& common)
    : Optimizer(std::make_shared<Step>(options), learning_rate, common) {}

}  // namespace luge::optim
