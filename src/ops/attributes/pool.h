#pragma once
#include <vector>

#include "graph/fields.h"
#include "ops/attributes/conv.h"

namespace luge {

// max_pool (x → y, position of the maximum in its window: row-major over the kernel, u8 up to 256 positions,
// else i32), max_pool_backward (dy, positions, x for its type), avg_pool (x → y), avg_pool_backward (dy, x
// for its type).
struct PoolAttributes {
  std::vector<std::int64_t> kernel;
  std::vector<std::int64_t> stride;
  std::vector<std::int64_t> dilation;
  PaddingMode padding = PaddingMode::valid;
  std::vector<std::int64_t> pads;
  bool ceil_mode = false;
  bool count_include_pad = false;  // avg_pool: divide by the whole window even at the border
  static void fields(auto& self, auto&& field) {
    field("kernel", self.kernel);
    field("stride", self.stride);
    field("dilation", self.dilation);
    field("padding", self.padding);
    field("pads", self.pads);
    field("ceil_mode", self.ceil_mode);
    field("count_include_pad", self.count_include_pad);
  }
};

}  // namespace luge
