// Runs a case in Luge in one mode, the way a person would.
#pragma once

#include <string>
#include <vector>

#include "fuzz/case.h"

namespace luge::fuzz {

struct Array {
  Shape shape;
  DType dtype = f32;
  std::vector<double> values;
};

struct Outcome {
  std::vector<Array> results = {};  // outputs, then gradients
  std::string error = {};           // what was thrown, if anything
};

/// Never throws. What the case leaves behind in settings is put back.
Outcome run(const Case& c, const Mode& mode);

}  // namespace luge::fuzz
