#include "core/random_state.h"

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

void take_back(const State& first, std::int64_t count) {
  const std::lock_guard lock(guard);
  if (current == State{first.seed, first.draw + count}) current = first;
}

}  // namespace luge::random
