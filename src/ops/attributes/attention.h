#pragma once
#include "graph/fields.h"

namespace luge {

// attention: with heads = 0 the inputs are q [N,heads,T,d], k [N,heads,S,d], v [N,heads,S,e] and the output
// is [N,heads,T,e]; else one input qkv [N,T,3·heads·d] and the output is [N,T,heads·d]. After them perhaps a
// mask, bool. The residual is the logarithm of the sum of each row's exponentials [N,heads,T].
// attention_backward: the inputs (without the mask), the output, the residual, the output's gradient, and
// perhaps the mask → gradients of the inputs.
struct AttentionAttributes {
  bool causal = false;
  double scale = 0;  // 0: 1/√d
  std::int64_t heads = 0;
  static void fields(auto& self, auto&& field) {
    field("causal", self.causal);
    field("scale", self.scale);
    field("heads", self.heads);
  }
};

}  // namespace luge
