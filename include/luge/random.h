// The random generator behind initialisers, dropout, shuffling and the functions of ops/random.h: a seed and
// a counter. Every random tensor takes the next draw; its numbers are a function of seed, draw and position
// alone.
#pragma once

#include <cstdint>

namespace luge::random {

/// All there is to know about the generator; saving and setting it repeats what follows exactly.
struct State {
  std::int64_t seed = 0;
  std::int64_t draw = 0;  // the next draw's number
  bool operator==(const State&) const = default;
};

/// Starts again from draw 0 of `seed`. Without a call the seed is 0.
void seed(std::int64_t seed);
State state();
void set_state(const State& state);

/// Takes the next draw: returns the state before and counts on. Safe from several threads.
State next();

}  // namespace luge::random
