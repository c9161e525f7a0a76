#include "luge/ops/math.h"
#include "luge/optim/optimizers.h"
#include "optim/registry.h"

namespace luge::optim {
namespace {

struct Step : Rule {
  std::string name() const override { return "gradient-descent"; }
  Tensor update(const Tensor& parameter, const Tensor& gradient, Slots& slot) const override {
    return parameter - slot.learning_rate() * gradient;
  }
};

Optimizer make_named(double learning_rate, Settings& settings, const OptimizerOptions& given) {
  OptimizerOptions common = given;
  settings.take("weight_decay", common.weight_decay);
  settings.means("momentum", "optimizer=momentum");
  return GradientDescent(learning_rate, common);
}
const bool added = add_named("gradient-descent", make_named), added_sgd = add_named("sgd", make_named);

}  // namespace

GradientDescent::GradientDescent(double learning_rate, const OptimizerOptions& options)
    : Optimizer(std::make_shared<Step>(), learning_rate, options) {}

}  // namespace luge::optim
