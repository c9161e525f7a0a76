#include "luge/random.h"

#include <mutex>

namespace luge::random {
namespace {

std::mutex guard;
State current;

}  // namespace

void seed(std::int64_t seed) { set_state({.seed = seed, .draw = 0}); }

State state() {
  const std::lock_guard lock(guard);
  return current;
}

void set_state(const State& state) {
  const std::lock_guard lock(guard);
  current = state;
}

State next() {
  const std::lock_guard lock(guard);
  const State taken = current;
  ++current.draw;
  return taken;
}

}  // namespace luge::random
