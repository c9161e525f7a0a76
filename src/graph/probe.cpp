#include "graph/probe.h"

namespace luge {

Probe::Probe() : around_(current_trace()) {
  if (around_) {
    before_ = around_->states;
  } else {
    own_.outer_reads = true;
    own_.looks = true;
    scope_.emplace(own_);
  }
}

Probe::~Probe() {
  if (!around_) return;
  for (std::size_t k = 0; k < around_->states.size(); ++k) {
    Trace::State& state = around_->states[k];
    const bool known = k < before_.size();
    state.written = known ? before_[k].written : Tensor();
    state.current = known && before_[k].current.defined() ? before_[k].current : state.read;
  }
}

}  // namespace luge
