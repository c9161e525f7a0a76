// What the engine does to the random generator beyond luge/random.h.
#pragma once

#include "luge/random.h"

namespace luge::random {

/// Takes back the last `count` draws, the first of which was `first`, unless somebody has drawn or set the
/// generator since.
void take_back(const State& first, std::int64_t count);

}  // namespace luge::random
