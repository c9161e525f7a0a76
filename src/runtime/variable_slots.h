// VariableSlots: Variables' own slots in a run. A version of a Variable is a read node and holds its value,
// so the run gives a next version its value and perhaps takes the buffer of the present one.
#pragma once

#include "graph/trace.h"
#include "runtime/state_binding.h"

namespace luge {

class VariableSlots final : public SlotStore {
 public:
  /// Room for this many slots.
  explicit VariableSlots(std::size_t count) { entries_.reserve(count); }
  /// The slot, which must outlive the run, gets a next version with it.
  void add(const std::shared_ptr<Slot>& slot);
  /// The slot has been assigned `next` already, which has no value yet. `present`: the version before, null
  /// when its buffer must stay as it is.
  void add_assigned(Node* present, Node* next);

  bool donate(std::size_t slot) noexcept override;
  void restore(std::size_t slot, const BufferRef& value) noexcept override;
  void commit(std::size_t slot, const BufferRef& value) noexcept override;

 private:
  struct Entry {
    Node* present;
    Tensor next;
    Slot* slot;  // null: `next` is its version already
  };
  std::vector<Entry> entries_;
};

/// Gives an assigned version its value and releases the expression that was assigned.
void settle(Node* version, const BufferRef& value) noexcept;

}  // namespace luge
