#include "luge/variable.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "graph/moved_state.h"
#include "graph/trace.h"
#include "luge/all_or_nothing.h"

namespace luge {
namespace {

struct SlotList {
  std::mutex mutex;
  std::vector<std::weak_ptr<Slot>> slots;
};
SlotList& slot_list() {
  static SlotList& list = *new SlotList;
  return list;
}

void remember(const std::shared_ptr<Slot>& slot) {
  SlotList& list = slot_list();
  const std::lock_guard lock(list.mutex);
  if (list.slots.size() % 1024 == 1023)
    std::erase_if(list.slots, [](const auto& weak) { return weak.expired(); });
  list.slots.push_back(slot);
}

const std::shared_ptr<Slot>& need(const std::shared_ptr<Slot>& slot) {
  if (!slot) throw StateError("this Variable is empty; construct it with its initial value first");
  return slot;
}

// The initial value is a separate expression that is not evaluated otherwise: the evaluated parameter
// and its initial value must not both stay in memory.
Tensor unevaluated_copy(const Tensor& value) {
  const std::lock_guard lock(engine_mutex());
  const Building building;
  const Tensor roots[] = {value};
  const auto stop = [](const Node* node) { return node->leaf != Leaf::none || node->cut; };
  std::unordered_map<const Node*, Tensors> copies;
  for (Node* node : topological(roots, stop)) {
    Tensors& copy = copies[node];
    if (stop(node)) {
      for (std::size_t k = 0; k < node->outputs.size(); ++k) copy.push_back(output_of(*node, k));
      continue;
    }
    Tensors inputs;
    for (const Edge& edge : node->inputs)
      inputs.push_back(copies.at(edge.node)[static_cast<std::size_t>(edge.out)]);
    copy = make_node(node->op, inputs);
  }
  return copies.at(value.node())[static_cast<std::size_t>(value.output())];
}

// What a function builds depends on it, so a trace keeps its value from before the function changed it.
void note_trainable(const std::shared_ptr<Slot>& slot) {
  if (Trace* trace = current_trace()) trace->state(slot);
}

Tensor version(const std::shared_ptr<Slot>& slot, const Tensor& value) {
  return read_leaf(slot, slot->type, slot->trainable, value);
}

}  // namespace

std::vector<std::shared_ptr<Slot>> live_slots() {
  SlotList& list = slot_list();
  const std::lock_guard lock(list.mutex);
  std::vector<std::shared_ptr<Slot>> live;
  for (const auto& weak : list.slots) {
    if (auto slot = weak.lock()) live.push_back(std::move(slot));
  }
  return live;
}

Variable::Variable(const Tensor& initial, std::string name, VariableOptions options)
    : slot_(std::make_shared<Slot>()) {
  slot_->name = std::move(name);
  slot_->type = {initial.dtype(), initial.shape()};
  if (!initial.shape().known()) {
    throw ShapeError(fmt::format("Variable '{}' needs a known shape, its initial value has {}", slot_->name,
                                 initial.shape().to_string()));
  }
  slot_->trainable = options.trainable && is_floating(initial.dtype());
  slot_->initial = unevaluated_copy(initial);
  slot_->current = version(slot_, initial);
  remember(slot_);
}

const std::string& Variable::name() const { return need(slot_)->name; }
void Variable::set_name(std::string name) { need(slot_)->name = std::move(name); }
const Shape& Variable::shape() const { return need(slot_)->type.shape; }
DType Variable::dtype() const { return need(slot_)->type.dtype; }
bool Variable::trainable() const {
  need(slot_);
  note_trainable(slot_);
  return slot_->trainable;
}
Tensor Variable::initial() const { return need(slot_)->initial; }

void Variable::set_trainable(bool trainable) {
  need(slot_);
  note_trainable(slot_);
  slot_->trainable = trainable && is_floating(slot_->type.dtype);
  const std::lock_guard lock(engine_mutex());
  slot_->current = version(slot_, slot_->current);
}

Tensor Variable::value() const {
  need(slot_);
  Trace* trace = current_trace();
  if (!trace) {
    const std::lock_guard lock(engine_mutex());
    return slot_->current;
  }
  Trace::State& state = trace->state(slot_);
  if (!state.current.defined()) {
    state.read = trace->outer_reads ? slot_->current : version(slot_, {});
    state.current = state.read;
  }
  return state.current;
}

void check_assigned(const Variable& variable, const Type& value) {
  const Slot& slot = *need(variable.slot());
  if (value.dtype != slot.type.dtype) {
    throw DTypeError(fmt::format("Variable '{}' holds {}, got {}; cast the value first", slot.name,
                                 slot.type.to_string(), value.to_string()));
  }
  if (value.shape.known() && !(value.shape == slot.type.shape)) {
    throw ShapeError(fmt::format("Variable '{}' has shape {}, got a value of shape {}", slot.name,
                                 slot.type.shape.to_string(), value.shape.to_string()));
  }
}

void Variable::assign(const Tensor& value) {
  check_assigned(*this, {value.dtype(), value.shape()});
  if (Trace* trace = current_trace()) {
    Trace::State& state = trace->state(slot_);
    state.written = value;
    state.current = version(slot_, value);  // a new version: gradients stop at it
    return;
  }
  const std::lock_guard lock(engine_mutex());
  Tensor next = version(slot_, value);
  AllOrNothing::note(slot_);
  const Tensor before = std::exchange(slot_->current, std::move(next));
  note_move(slot_, before);
  if (slot_->until_assigned) slot_->until_assigned->on = false;
}

}  // namespace luge
