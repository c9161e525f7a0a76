#pragma once
#include "graph/fields.h"

namespace luge {

// concat and concat_parts: the axis, in [0, rank).
struct ConcatAttributes {
  std::int64_t axis = 0;
  static void fields(auto& self, auto&& field) { field("axis", self.axis); }
};

}  // namespace luge
