// The post-ops of one call, as the loops of our own convolutions apply them.
#pragma once

#include <cstdint>

namespace luge::cpu::conv {

/// What is applied to a result before it is stored, in this order.
struct PostOpValues {
  const float* bias = nullptr;    // one number per channel
  const float* addend = nullptr;  // lies as the result does
  bool relu = false;
  float slope = 0;            // of relu below 0, at most 1
  std::int64_t channels = 0;  // the bias ends here, for loops over whole blocks of channels
};

}  // namespace luge::cpu::conv
