#pragma once
#include <vector>

#include "graph/fields.h"
#include "luge/ops/window.h"

namespace luge {

// Shared by conv (x [N,C,…], w [O,C/groups,…], optional b [O]), conv_backward_data (dy, w, x for its type)
// and conv_backward_weights (x, dy, w for its type; outputs dw and db [O]). One number per spatial axis;
// `pads` holds all begins, then all ends, and counts only with explicit_. It never holds extents: same is
// resolved by infer.
struct ConvAttributes {
  std::vector<std::int64_t> stride;
  std::vector<std::int64_t> dilation;
  PaddingMode padding = PaddingMode::valid;
  std::vector<std::int64_t> pads;
  std::int64_t groups = 1;
  static void fields(auto& self, auto&& field) {
    field("stride", self.stride);
    field("dilation", self.dilation);
    field("padding", self.padding);
    field("pads", self.pads);
    field("groups", self.groups);
  }
};

}  // namespace luge
