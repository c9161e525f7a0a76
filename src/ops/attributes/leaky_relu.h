#pragma once
#include "graph/fields.h"

namespace luge {

// Shared by leaky_relu (x → y) and leaky_relu_backward (gradient of y, y → gradient of x).
struct LeakyReluAttributes {
  double slope = 0.01;  // where x < 0
  static void fields(auto& self, auto&& field) { field("slope", self.slope); }
};

}  // namespace luge
