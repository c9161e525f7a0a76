#include "runtime/session_values.h"

#include <fmt/format.h>

#include "luge/error.h"

namespace luge::graph {

bool SessionValues::contains(const Slot* slot) const {
  const auto found = values_.find(slot);
  return found != values_.end() && found->second.buffer;
}

const BufferRef& SessionValues::at(const Slot* slot) const {
  const auto found = values_.find(slot);
  if (found != values_.end() && found->second.buffer) return found->second.buffer;
  throw StateError(
      fmt::format("Variable {} has no value in this Session; run graph::initialize_all() or restore it first",
                  slot ? fmt::format("'{}'", slot->name) : "(already destroyed)"));
}

BufferRef& SessionValues::entry(const std::shared_ptr<Slot>& slot) {
  Value& value = values_[slot.get()];
  value.slot = slot;
  return value.buffer;
}

}  // namespace luge::graph
