// What a case should give, and whether what Luge gave is near enough.
#pragma once

#include <string>
#include <vector>

#include "fuzz/run.h"

namespace luge::fuzz {

/// One output or gradient in float64. The distances (largest, and root of the sum of squares) tell how far
/// rounding every step may move it: as float32 rounds, and as bfloat16 does.
struct Wanted {
  Shape shape;
  std::vector<double> values;
  double fine = 0, fine_square = 0, coarse = 0, coarse_square = 0;
};

struct Expected {
  std::string error = {};  // the oracle could not compute it
  std::vector<Wanted> results = {};
};

/// Empty when `outcome` is near enough; else what is wrong, beginning with "threw", "shape" or "wrong".
std::string difference(const Case& c, const Mode& mode, const Outcome& outcome, const Expected& expected);

}  // namespace luge::fuzz
