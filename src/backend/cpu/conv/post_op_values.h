// The post-ops of one call, as the loops of our own convolutions apply them.
#pragma once

#include <cmath>
#include <cstdint>

namespace luge::cpu::conv {

/// What is applied to a result before it is stored, in this order.
struct PostOpValues {
  const float* bias = nullptr;    // one number per channel
  const float* addend = nullptr;  // lies as the result does
  bool relu = false;
  float slope = 0;  // of relu below 0, at most 1
  bool limited = false;
  float limit = 0;            // the largest result; if it is NaN, so is every result
  std::int64_t channels = 0;  // the bias ends here, for loops over whole blocks of channels

  /// Added after the minimum with the limit, which loses a limit that is NaN.
  float after_limit() const { return std::isnan(limit) ? limit : 0; }
};

}  // namespace luge::cpu::conv
