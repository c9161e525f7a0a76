#include "luge/random.h"

#include <mutex>

#include "core/draws.h"

namespace luge::random {
namespace {

std::mutex guard;
State current;
thread_local State* scratch = nullptr;
thread_local std::uint64_t drawn = 0;  // by this thread, from the generator

}  // namespace

void seed(std::int64_t seed) { set_state({.seed = seed, .draw = 0}); }

State state() {
  if (scratch) return *scratch;
  const std::lock_guard lock(guard);
  return current;
}

void set_state(const State& state) {
  if (scratch) {
    *scratch = state;
    return;
  }
  const std::lock_guard lock(guard);
  current = state;
}

State next() {
  const auto take = [](State& from) {
    const State taken = from;
    ++from.draw;
    return taken;
  };
  if (scratch) return take(*scratch);
  const std::lock_guard lock(guard);
  ++drawn;
  return take(current);
}

Scratch::Scratch() : own_(state()), outer_(scratch) { scratch = &own_; }
Scratch::~Scratch() { scratch = outer_; }

ForGood::ForGood() : suspended_(scratch) { scratch = nullptr; }
ForGood::~ForGood() { scratch = suspended_; }

Mark::Mark() : state_(state()), drawn_(drawn) {}

void Mark::take_back() const {
  if (scratch) {
    *scratch = state_;
    return;
  }
  const std::lock_guard lock(guard);
  const auto since = static_cast<std::int64_t>(drawn - drawn_);
  if (current.seed != state_.seed || current.draw != state_.draw + since) return;
  current = state_;
  drawn = drawn_;
}

}  // namespace luge::random
