// Squares of weights turned: the compiler's own vectors keep up with the caches.
#include "backend/cpu/conv/pointwise_turn.h"

namespace luge::cpu::conv {
namespace {

template <int lanes>
void turn(const float* from, float* to) {
  for (int row = 0; row < lanes; ++row) {
    for (int column = 0; column < lanes; ++column) to[row * lanes + column] = from[column * lanes + row];
  }
}

}  // namespace

void turn_square(std::int64_t lanes, const float* from, float* to) {
  lanes == 16 ? turn<16>(from, to) : turn<8>(from, to);
}

}  // namespace luge::cpu::conv
