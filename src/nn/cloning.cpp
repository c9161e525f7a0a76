// Cloning: while it lives, copying a module or a parameter copies what the handle points to, each object
// once.
#include <unordered_map>

#include "nn/cloning.h"

namespace luge::nn {
namespace {

using Copies = std::unordered_map<const void*, std::shared_ptr<void>>;
thread_local Copies* copies = nullptr;

}  // namespace

Cloning::Cloning() : outer_(copies) { copies = new Copies; }

Cloning::~Cloning() {
  delete copies;
  copies = static_cast<Copies*>(outer_);
}

bool cloning() { return copies != nullptr; }

std::shared_ptr<ParameterCell> cloned(const std::shared_ptr<ParameterCell>& cell) {
  if (!cell) return nullptr;
  auto& copy = (*copies)[cell.get()];
  if (!copy) {
    auto fresh = std::make_shared<ParameterCell>(*cell);
    if (const Variable& v = cell->variable; v.defined()) {
      fresh->variable = Variable(v.value(), v.name(), {.trainable = v.trainable()});
    }
    copy = fresh;
  }
  return std::static_pointer_cast<ParameterCell>(copy);
}

std::shared_ptr<Module::State> cloned(const std::shared_ptr<Module::State>& state) {
  if (const auto found = copies->find(state.get()); found != copies->end()) {
    return std::static_pointer_cast<Module::State>(found->second);
  }
  auto fresh = std::make_shared<Module::State>();
  (*copies)[state.get()] = fresh;
  for (const auto& child : state->children) {
    fresh->children.push_back({child.name, child.copy(*child.module), child.copy});
  }
  for (const auto& cell : state->cells) fresh->cells.push_back(cloned(cell));
  fresh->mode->on = state->mode->on.load();
  const auto holder = copies->find(state->mode->holder.load());
  if (holder != copies->end()) fresh->mode->holder = holder->second.get();
  fresh->uses_mode = state->uses_mode.load();
  fresh->built = state->built.load();
  fresh->metadata = state->metadata;
  return fresh;
}

}  // namespace luge::nn
