#include "runtime/variable_slots.h"

#include <utility>

namespace luge {

void VariableSlots::add(const std::shared_ptr<Slot>& slot) {
  Node* present = slot->current.node();
  const bool is_shared = present->refs.load() != 1;
  entries_.push_back(
      {is_shared ? nullptr : present, read_leaf(slot, slot->type, slot->trainable, {}), slot.get()});
}

void VariableSlots::add_assigned(Node* present, Node* next) {
  entries_.push_back({present, Tensor(next, 0), nullptr});
}

bool VariableSlots::donate(std::size_t slot) noexcept {
  Node* present = entries_[slot].present;
  if (!present) return false;
  present->outputs[0].value.reset();
  return true;
}

void VariableSlots::restore(std::size_t slot, const BufferRef& value) noexcept {
  entries_[slot].present->outputs[0].value = value;
}

void VariableSlots::commit(std::size_t slot, const BufferRef& value) noexcept {
  Entry& entry = entries_[slot];
  settle(entry.next.node(), value);
  if (!entry.slot) return;
  entry.slot->current = std::move(entry.next);
  if (entry.slot->until_assigned) entry.slot->until_assigned->on = false;
}

void settle(Node* version, const BufferRef& value) noexcept {
  version->outputs[0].value = value;
  version->pending.store(0, std::memory_order_relaxed);
  InlineVector<Edge, 3> inputs = std::move(version->inputs);
  version->inputs.clear();
  for (const Edge& edge : inputs) release(edge.node);
}

}  // namespace luge
