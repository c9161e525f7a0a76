// An optimizer's step as an operation of graph mode.
#include <span>
#include <unordered_set>

#include "luge/autodiff.h"
#include "luge/error.h"
#include "optim/optimizer_state.h"

namespace luge::optim {

graph::Operation Optimizer::minimize(const Tensor& loss) const {
  check_updates("minimize");
  Variables parameters;
  std::unordered_set<const Slot*> seen;
  for (Node* node : topological(std::span(&loss, 1))) {
    const auto slot = node->leaf == Leaf::read ? node->slot.lock() : nullptr;
    if (slot) seen.insert(slot.get());
  }
  for (const Variable& variable : graph::all_variables()) {
    if (variable.trainable() && seen.contains(variable.slot().get())) parameters.push_back(variable);
  }
  if (parameters.empty()) throw GraphError("minimize: the loss depends on no trainable Variable");
  const Tensors gradients = grad(loss, parameters);
  return graph::record([&] {
    step(parameters, gradients);
    // An operation keeps alive what it writes, and this optimizer may be a temporary.
    state_->learning_rate.assign(state_->learning_rate.value());
  });
}

}  // namespace luge::optim
