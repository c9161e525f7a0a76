// Trainer::gradients: what the objectives would change, on one batch.
#include <map>

#include "luge/autodiff.h"
#include "luge/nn/observe.h"
#include "luge/ops/math.h"
#include "train/trainer_impl.h"

namespace luge::train {

NamedTensors Trainer::gradients(const data::Batch& batch) const {
  const nn::Probe probe(*impl_->net, true);
  const Pass pass(impl_->net, batch, true);
  std::vector<std::string> names;
  Tensors values;
  for (const Trained& each : impl_->steps.trained()) {
    const LossTerm term = each.objective.loss(pass);
    std::vector<nn::NamedVariable> parameters = impl_->steps.parameters_of(each.objective);
    std::erase_if(parameters, [](const nn::NamedVariable& one) { return !one.variable.trainable(); });
    Variables variables;
    for (const nn::NamedVariable& one : parameters) variables.push_back(one.variable);
    const Tensors slopes = grad(term.value, variables, {.allow_unused = true});
    for (std::size_t k = 0; k < parameters.size(); ++k) {
      const auto known = std::find(names.begin(), names.end(), parameters[k].name);
      if (known == names.end()) {
        names.push_back(parameters[k].name);
        values.push_back(slopes[k]);
      } else {
        Tensor& sum = values[static_cast<std::size_t>(known - names.begin())];
        sum = sum + slopes[k];
      }
    }
  }
  eval(values);
  return {names, values};
}

}  // namespace luge::train
