#include "runtime/session_run.h"

#include "runtime/eval.h"
#include "runtime/program_cache.h"

namespace luge::graph {

SessionRun::SessionRun(const Tensors& fetches, const Updates& updates, FedPlaceholders feeds)
    : updates_(updates), fed_(std::move(feeds)) {
  std::vector<Edge> wanted;
  for (const Tensor& fetch : fetches) wanted.push_back({fetch.node(), fetch.output()});
  for (const auto& [variable, value] : updates) wanted.push_back({value.node(), value.output()});
  subgraph_.find(wanted, Subgraph::Ends::session);
  for (const Tensor& fetch : fetches)
    fetch_roots_.push_back(subgraph_.add_root({fetch.node(), fetch.output()}));
  first_update_root_ = subgraph_.roots.size();
  for (const auto& [variable, value] : updates) add_update(variable, value);
}

// The root is the update's own: the buffer may be overwritten later, a fetched value must never change.
void SessionRun::add_update(const Variable& variable, const Tensor& value) {
  int replaced = -1;
  for (std::size_t k = 0; k < subgraph_.leaves.size(); ++k) {
    const Node* node = subgraph_.leaves[k].node;
    if (node->leaf == Leaf::read && node->slot.lock() == variable.slot()) replaced = static_cast<int>(k);
  }
  subgraph_.roots.push_back({{value.node(), value.output()}, replaced});
}

void SessionRun::bind(StateBinding& binding, const Edge& leaf, const SessionValues& values) {
  const Node* node = leaf.node;
  switch (node->leaf) {
    case Leaf::argument: return binding.bind(public_buffer(fed_.value(node)));
    case Leaf::read: return binding.bind(values.at(node->slot.lock().get()));
    case Leaf::key: return binding.bind_key();
    case Leaf::none:
    case Leaf::data:
    case Leaf::scalar:
    case Leaf::typed: return binding.bind(leaf);
  }
}

Tensors SessionRun::run(SessionValues& values) {
  for (std::size_t k = 0; k < subgraph_.leaves.size(); ++k) {
    const Node* node = subgraph_.leaves[k].node;
    if (node->leaf == Leaf::argument) subgraph_.leaf_types[k].shape = fed_.value(node).shape();
  }
  const auto program = program_for(subgraph_);
  StateBinding binding(*program);
  for (const Edge& leaf : subgraph_.leaves) bind(binding, leaf, values);
  SessionSlots slots;
  for (std::size_t i = 0; i < updates_.size(); ++i) {
    const Variable& variable = updates_[i].first;
    const std::size_t root = first_update_root_ + i;
    // Where placeholders are of unknown shape, it is known only now.
    check_assigned(variable, program->values[static_cast<std::size_t>(program->roots[root])].type);
    slots.add(values.entry(variable.slot()));
    binding.replace(subgraph_.roots[root].replaces, static_cast<int>(root));
  }
  Tensors results;
  for (const int root : fetch_roots_) results.push_back(binding.result(root));
  binding.run(slots);
  return results;
}

}  // namespace luge::graph
