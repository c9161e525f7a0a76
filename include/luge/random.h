// The random generator that initializers, dropout, shuffling and the functions of ops/random.h share. It is a
// seed and a counter. Each random tensor takes the next draw; its numbers depend on seed, draw and position
// only.
#pragma once

#include <cstdint>

namespace luge::random {

/// The whole state of the generator. Saving it and setting it again repeats exactly what followed.
struct State {
  std::int64_t seed = 0;  ///< chosen by seed()
  std::int64_t draw = 0;  ///< the number of the next draw
  /// Returns true when seed and draw are equal.
  bool operator==(const State&) const = default;
};

/// Restarts the generator at draw 0 of `seed`. The seed is 0 when this is never called.
void seed(std::int64_t seed);
/// Returns the present state of the generator.
State state();
/// Sets the state of the generator.
void set_state(const State& state);

/// Takes the next draw. Returns the state before it and increments `draw`. Several threads may call this at
/// the same time.
State next();

}  // namespace luge::random
