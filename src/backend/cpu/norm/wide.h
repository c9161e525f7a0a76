// Channels whose variance no float32 holds, one element after the other in float64: slow, and hardly ever
// met.
#pragma once

#include "backend/cpu/norm/channels.h"

namespace luge::cpu::norm {

struct WideMoments {
  double mean = 0, variance = 0;
};
WideMoments wide_moments(const ChannelWalk& w, std::int64_t channel, const float* x);

/// What a channel's backward pass works with; the shift is that of relu's mask.
struct WideChannel {
  std::int64_t channel = 0;
  double mean = 0, inverse = 0, scale = 0, shift = 0;
};
struct WideSlopes {
  double sum = 0, product = 0;  // Σ g and Σ g·normal
};
WideSlopes wide_slopes(const ChannelWalk& w, const WideChannel& c, const BackwardImages& images);
/// Writes dx of one channel in the images of part `part`.
void wide_spread(const ChannelWalk& w, std::int64_t part, const WideChannel& c, const WideSlopes& slopes,
                 const BackwardImages& images);

}  // namespace luge::cpu::norm
