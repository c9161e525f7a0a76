#pragma once
#include "graph/fields.h"

namespace luge {

// Inputs a [...,m,k], b [...,k,n] (before transposition of the last two axes), batch axes broadcast; an
// optional third input [n] is added to every row. Rank-1 operands behave as in NumPy. `wide`: operands of 16
// bits give a float32 result.
struct MatmulAttributes {
  bool transpose_a = false;
  bool transpose_b = false;
  bool wide = false;
  static void fields(auto& self, auto&& field) {
    field("transpose_a", self.transpose_a);
    field("transpose_b", self.transpose_b);
    field("wide", self.wide);
  }
};

}  // namespace luge
