#pragma once
#include "graph/fields.h"

namespace luge {

// take (x, indices), index_add (x, indices, updates), gather (x, indices), scatter_add (x, indices, updates):
// the axis of x that the indices count along, in [0, rank).
struct IndexAttributes {
  std::int64_t axis = 0;
  static void fields(auto& self, auto&& field) { field("axis", self.axis); }
};

}  // namespace luge
