#include "backend/cpu/operand.h"

namespace luge::cpu {

Reach reach_of(const Shape& operand, const Shape& result, int channels) {
  if (operand.elements() == 1) return Reach::number;
  if (operand.rank() > result.rank()) return Reach::other;
  bool whole = true, channel = true;
  for (int k = 1; k <= result.rank(); ++k) {
    const std::int64_t there = result[result.rank() - k],
                       here = k <= operand.rank() ? operand[operand.rank() - k] : 1;
    whole = whole && here == there;
    channel = channel && here == (result.rank() - k == channels ? there : 1);
  }
  return channel ? Reach::channel : whole ? Reach::whole : Reach::other;
}

}  // namespace luge::cpu
