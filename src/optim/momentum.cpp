#include <fmt/format.h>

#include "luge/error.h"
#include "luge/ops/math.h"
#include "luge/optim/optimizers.h"
#include "optim/registry.h"

namespace luge::optim {
namespace {

struct Step : Rule {
  explicit Step(const MomentumOptions& options) : options_(options) {
    const double mu = options.momentum;
    if (!(mu >= 0 && mu < 1))
      throw ValueError(fmt::format("Momentum: momentum is {}; expected 0 or more, below 1", mu));
  }
  std::string name() const override { return options_.nesterov ? "nesterov" : "momentum"; }
  Tensor update(const Tensor& parameter, const Tensor& gradient, Slots& slot) const override {
    const double mu = options_.momentum;
    Tensor& v = slot("v");
    const Tensor fresh = options_.accumulate == Accumulate::sum ? gradient : (1 - mu) * gradient;
    v = flush_subnormals(mu * v + fresh);
    return parameter - slot.learning_rate() * (options_.nesterov ? mu * v + fresh : v);
  }
  GradientSum gradient_sum() const override {
    if (options_.accumulate != Accumulate::sum) return {};
    return {.slot = "v", .times = options_.nesterov ? 2.0 : 1.0};
  }
  MomentumOptions options_;
};

template <bool Nesterov>
Optimizer make_named(double learning_rate, Settings& settings, const OptimizerOptions& given) {
  MomentumOptions options{.nesterov = Nesterov};
  OptimizerOptions common = given;
  settings.take("momentum", options.momentum, {"beta1"});
  settings.take("weight_decay", common.weight_decay);
  return Momentum(learning_rate, options, common);
}
const bool added = add_named("momentum", make_named<false>),
           added_nesterov = add_named("nesterov", make_named<true>);

}  // namespace

Momentum::Momentum(double learning_rate, const MomentumOptions& options, const OptimizerOptions& common)
    : Optimizer(std::make_shared<Step>(options), learning_rate, common) {}

}  // namespace luge::optim
