#pragma once
#include <vector>

#include "graph/fields.h"

namespace luge {

// Axis k of the output is axis order[k] of the input.
struct TransposeAttributes {
  std::vector<std::int64_t> order;
  static void fields(auto& self, auto&& field) { field("order", self.order); }
};

}  // namespace luge
