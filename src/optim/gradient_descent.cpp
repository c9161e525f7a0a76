#include "luge/ops/math.h"
#include "luge/optim/optimizers.h"

namespace luge::optim {
namespace {

struct Step : Rule {
  std::string name() const override { return "gradient-descent"; }
  Tensor update(const Tensor& parameter, const Tensor& gradient, Slots& slot) const override {
    return parameter - slot.learning_rate() * gradient;
  }
};

}  // namespace

GradientDescent::GradientDescent(double learning_rate, const OptimizerOptions& options)
    : Optimizer(std::make_shared<Step>(), learning_rate, options) {}

}  // namespace luge::optim
