#include <algorithm>
#include <iterator>

#include "backend/cpu/pool/loops.h"

namespace luge::cpu::pool {

void Geometry::prepare() {
  for (std::int64_t kd = 0; kd < axis[0].kernel; ++kd) {
    for (std::int64_t kh = 0; kh < axis[1].kernel; ++kh) {
      for (std::int64_t kw = 0; kw < axis[2].kernel; ++kw) {
        taps.push_back(lanes * ((kd * axis[0].dilation * axis[1].in + kh * axis[1].dilation) * axis[2].in +
                                kw * axis[2].dilation));
      }
    }
  }
  tiled = std::all_of(std::begin(axis), std::end(axis), [](const Window& w) {
    return w.dilation == 1 && w.stride == w.kernel && w.pad_begin == 0 && w.out * w.stride == w.in;
  });
}

}  // namespace luge::cpu::pool
