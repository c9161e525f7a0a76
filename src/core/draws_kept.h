// DrawsKept: a look at a network draws initial values, and what is drawn afterwards does not depend on it.
#pragma once

#include "luge/random.h"

namespace luge {

/// Sets the random generator again to the state it had when this was made.
class DrawsKept {
 public:
  DrawsKept() : state_(random::state()) {}
  ~DrawsKept() { random::set_state(state_); }
  DrawsKept(const DrawsKept&) = delete;
  DrawsKept& operator=(const DrawsKept&) = delete;

 private:
  random::State state_;
};

}  // namespace luge
