#pragma once
#include <vector>

#include "graph/fields.h"

namespace luge {

// sum, prod, max, min: axes distinct, in [0, rank), sorted; none means nothing is reduced.
struct ReduceAttributes {
  std::vector<std::int64_t> axes;
  bool keep_dims = false;
  static void fields(auto& self, auto&& field) {
    field("axes", self.axes);
    field("keep_dims", self.keep_dims);
  }
};

}  // namespace luge
