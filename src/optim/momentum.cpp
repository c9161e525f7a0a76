#include "luge/facts.h"
#include "luge/ops/math.h"
#include "luge/optim/optimizers.h"

template <>
struct luge::options::Names<luge::optim::Accumulate> {
  static constexpr std::pair<luge::optim::Accumulate, const char*> all[] = {
      {luge::optim::Accumulate::sum, "sum"}, {luge::optim::Accumulate::average, "average"}};
};

// Without `nesterov`, which has a name of its own.
template <>
struct luge::options::Listing<luge::optim::MomentumOptions> {
  static void fields(auto& self, auto&& field) {
    field("momentum", self.momentum, "share of the earlier gradients that stays", at_least(0).below(1),
          elsewhere({"beta1", "mu"}));
    field("accumulate", self.accumulate, "sum: gradients are added up; average: averaged with weights");
  }
};

namespace luge::optim {
namespace {

struct Step : Rule {
  explicit Step(const MomentumOptions& options) : options_(options) { options::check("Momentum", options); }
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

struct Named : NamedOptions, MomentumOptions {
  static void fields(auto& self, auto&& field) {
    NamedOptions::fields(self, field);
    options::Listing<MomentumOptions>::fields(self, field);
  }
};

template <bool Nesterov>
Optimizer make(const Named& options, const OptimizerOptions& common) {
  MomentumOptions own = options;
  own.nesterov = Nesterov;
  return Momentum(options.learning_rate, own, options.with(common));
}
const bool added_momentum = add("momentum", "steps along the sum of the gradients so far", make<false>);
const bool added_nesterov = add("nesterov", "momentum that looks one step ahead", make<true>);

const bool told_momentum = facts::add(
    "optimizer",
    {{"momentum",
      {.formula = "v ← momentum·v + g (average: v ← momentum·v + (1 - momentum)·g); w ← w - rate·v",
       .use = "for convolutional networks with a schedule: steps in a direction that stays add up, up to "
              "1/(1 - momentum) times, and zigzags cancel."}},
     {"nesterov",
      {.formula = "v ← momentum·v + g; w ← w - rate·(momentum·v + g)",
       .use = "like momentum; it looks one step ahead and brakes earlier."}}});

}  // namespace

Momentum::Momentum(double learning_rate, const MomentumOptions& options, const OptimizerOptions& common)
    : Optimizer(std::make_shared<Step>(options), learning_rate, common) {}

}  // namespace luge::optim
