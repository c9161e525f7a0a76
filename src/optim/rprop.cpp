#include "luge/facts.h"
#include "luge/ops/compare.h"
#include "luge/ops/shape.h"
#include "optim/rules.h"

template <>
struct luge::options::Listing<luge::optim::RpropOptions> {
  static void fields(auto& self, auto&& field) {
    field("shrink", self.shrink, "factor of a step after a change of sign", above(0).below(1),
          elsewhere({"etaminus", "eta_minus"}));
    field("grow", self.grow, "factor of a step after the same sign", above(1),
          elsewhere({"etaplus", "eta_plus"}));
    field("smallest", self.smallest, "the smallest step", above(0), elsewhere({"step_size_min"}));
    field("largest", self.largest, "the largest step", above(0), elsewhere({"step_size_max"}));
  }
};

namespace luge::optim {
namespace {

struct Step : Rule {
  explicit Step(const RpropOptions& options) : options_(options) { options::check("Rprop", options); }
  std::string name() const override { return "rprop"; }
  Tensor update(const Tensor& parameter, const Tensor& gradient, Slots& slot) const override {
    Tensor& before = slot("sign");
    Tensor& scale = slot("scale", ones(parameter.shape(), parameter.dtype()));  // of the learning rate
    const Tensor direction = sign(gradient), turn = direction * before, rate = slot.learning_rate();
    const Tensor shrunk = where(less(turn, 0), full_like(turn, options_.shrink), 1);
    const Tensor factor = where(greater(turn, 0), options_.grow, shrunk);
    const Tensor divisor = where(greater(rate, 0), rate, 1);  // a group may have the rate 0
    scale = clamp(scale * factor, options_.smallest / divisor, options_.largest / divisor);
    before = where(less(turn, 0), 0, direction);
    return parameter - before * (rate * scale);
  }
  RpropOptions options_;
};

const bool added_rprop = add("rprop", "steps that grow while the sign of a gradient stays, for full batches",
                             make_named<Rprop, RpropOptions>);

const bool told_rprop = facts::add(
    "optimizer", {{"rprop",
                   {.formula = "the step of each weight is multiplied by grow while the sign of its gradient "
                               "stays, by shrink when it changes; w ← w - sign(g)·step",
                    .use = "for full batches alone: sizes of gradients do not matter, their signs do."}}});

}  // namespace

Rprop::Rprop(double learning_rate, const RpropOptions& options, const OptimizerOptions& common)
    : Optimizer(std::make_shared<Step>(options), learning_rate, common) {}

}  // namespace luge::optim
