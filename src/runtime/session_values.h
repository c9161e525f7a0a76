// SessionValues: the values that a Session holds for Variables, apart from the Variables' own.
#pragma once

#include <memory>
#include <unordered_map>
#include <vector>

#include "graph/trace.h"
#include "runtime/state_binding.h"

namespace luge::graph {

class SessionValues {
 public:
  bool contains(const Slot* slot) const;
  /// The buffer with the value of a Variable; `slot` may be null, for one that is gone. Throws StateError
  /// naming the Variable when it has no value here.
  const BufferRef& at(const Slot* slot) const;
  /// Where the value of a Variable is or will be held; an entry without a buffer counts as no value.
  BufferRef& entry(const std::shared_ptr<Slot>& slot);

 private:
  struct Value {
    std::shared_ptr<Slot> slot;  // lives as long as its value here
    BufferRef buffer;
  };
  std::unordered_map<const Slot*, Value> values_;
};

/// The entries whose values a run replaces.
class SessionSlots final : public SlotStore {
 public:
  /// The entry must outlive the run.
  void add(BufferRef& entry) { entries_.push_back(&entry); }

  // A value that something else can see is not overwritten: it has further references then.
  bool donate(std::size_t slot) noexcept override {
    entries_[slot]->reset();
    return true;
  }
  void restore(std::size_t slot, const BufferRef& value) noexcept override { *entries_[slot] = value; }
  void commit(std::size_t slot, const BufferRef& value) noexcept override { *entries_[slot] = value; }

 private:
  std::vector<BufferRef*> entries_;
};

}  // namespace luge::graph
