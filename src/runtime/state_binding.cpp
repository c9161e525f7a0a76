#include "runtime/state_binding.h"

#include <utility>

#include "runtime/run_program.h"

namespace luge {

StateBinding::StateBinding(const Program& program) : program_(program) {
  leaves_.reserve(program.inputs.size());
  replaced_.reserve(program.roots.size());
  deliveries_.reserve(program.roots.size());
}

void StateBinding::bind(BufferRef content) { leaves_.push_back({std::move(content)}); }

void StateBinding::bind(Edge content) {
  const Node& node = *content.node;
  leaves_.push_back(
      {node.outputs[static_cast<std::size_t>(content.out)].value, {node.words[0], node.words[1]}});
}

void StateBinding::bind_key() { leaves_.push_back(keys_.next()); }

void StateBinding::replace(int leaf, int root) { replaced_.push_back({leaf, root}); }

void StateBinding::deliver(int root, BufferRef& to) { deliveries_.push_back({root, &to}); }

Tensor StateBinding::result(int root) {
  const int value = program_.roots[static_cast<std::size_t>(root)];
  Tensor tensor = data_leaf(nullptr, program_.values[static_cast<std::size_t>(value)].type);
  deliver(root, tensor.node()->outputs[0].value);
  return tensor;
}

void StateBinding::run(SlotStore& slots) {
  std::vector<BufferRef> values;
  try {
    for (std::size_t s = 0; s < replaced_.size(); ++s)
      replaced_[s].donated = replaced_[s].leaf >= 0 && slots.donate(s);
    values = run_program(program_, leaves_);
  } catch (...) {
    restore(slots);
    throw;
  }
  for (const Delivery& delivery : deliveries_) *delivery.to = values[static_cast<std::size_t>(delivery.root)];
  for (std::size_t s = 0; s < replaced_.size(); ++s)
    slots.commit(s, values[static_cast<std::size_t>(replaced_[s].root)]);
  keys_.keep();
}

void StateBinding::restore(SlotStore& slots) noexcept {
  for (std::size_t s = 0; s < replaced_.size(); ++s) {
    if (replaced_[s].donated) slots.restore(s, leaves_[static_cast<std::size_t>(replaced_[s].leaf)].buffer);
  }
}

}  // namespace luge
