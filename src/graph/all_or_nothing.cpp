#include "luge/all_or_nothing.h"

#include <mutex>
#include <utility>

#include "graph/node.h"
#include "graph/trace.h"

namespace luge {
namespace {

thread_local AllOrNothing* innermost = nullptr;

}  // namespace

struct AllOrNothing::Before {
  std::shared_ptr<Slot> slot;
  Tensor current;
};

AllOrNothing::AllOrNothing()
    : outer_(innermost),
      own_(outer_ ? nullptr : std::make_unique<List>()),
      before_(outer_ ? outer_->before_ : own_.get()),
      first_(before_->size()) {
  innermost = this;
}

AllOrNothing::~AllOrNothing() {
  innermost = outer_;
  if (kept_) return;
  const std::lock_guard lock(engine_mutex());
  for (; before_->size() > first_; before_->pop_back()) {
    Before& last = before_->back();
    last.slot->current = std::move(last.current);
  }
}

void AllOrNothing::remember(const Variable& variable) {
  const std::lock_guard lock(engine_mutex());
  note(variable.slot());
}

void AllOrNothing::note(const std::shared_ptr<Slot>& slot) {
  if (innermost) innermost->before_->push_back({slot, slot->current});
}

}  // namespace luge
