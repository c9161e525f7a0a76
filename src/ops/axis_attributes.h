#pragma once
#include "graph/fields.h"

namespace luge {

/// Attributes of an op that works along one axis, counted from the front.
struct AxisAttributes {
  std::int64_t axis = 0;
  static void fields(auto& self, auto&& field) { field("axis", self.axis); }
};

}  // namespace luge
