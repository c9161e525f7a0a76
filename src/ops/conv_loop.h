// What the reference loops of convolution, its gradients and pooling share: positions in space, and where a
// tap of a window meets the image.
#pragma once

#include <array>
#include <cstdint>

#include "ops/attributes/window.h"

namespace luge {

using Position = std::array<std::int64_t, 3>;  // depth, height, width

template <class A>
struct Space {
  Windows<A> windows;
  Position in, out, kernel;

  Space(const A& a, const Shape& x, const std::int64_t* kernel_extents) : windows(a, x, kernel_extents) {
    for (std::size_t k = 0; k < 3; ++k) {
      in[k] = windows.axis[k].in, out[k] = windows.axis[k].out, kernel[k] = windows.axis[k].kernel;
    }
  }
  /// Row-major index in the image that tap k of output o reads, or -1 in the padding.
  std::int64_t read_by(const Position& o, const Position& k) const {
    std::int64_t index = 0;
    for (std::size_t a = 0; a < 3; ++a) {
      const std::int64_t i = windows.axis[a].at(o[a], k[a]);
      if (!windows.axis[a].inside(i)) return -1;
      index = index * in[a] + i;
    }
    return index;
  }
  /// Row-major index of the output whose tap k reads image position i, or -1 when there is none.
  std::int64_t reader_of(const Position& i, const Position& k) const {
    std::int64_t index = 0;
    for (std::size_t a = 0; a < 3; ++a) {
      const Window& w = windows.axis[a];
      const std::int64_t distance = i[a] + w.pad_begin - k[a] * w.dilation;
      if (distance < 0 || distance % w.stride != 0 || distance / w.stride >= w.out) return -1;
      index = index * out[a] + distance / w.stride;
    }
    return index;
  }
};

inline std::int64_t volume(const Position& extent) { return extent[0] * extent[1] * extent[2]; }

/// Calls visit(index, position) for every position of a box, row-major.
template <class Visit>
void for_positions(const Position& extent, Visit&& visit) {
  std::int64_t index = 0;
  for (std::int64_t d = 0; d < extent[0]; ++d) {
    for (std::int64_t h = 0; h < extent[1]; ++h) {
      for (std::int64_t w = 0; w < extent[2]; ++w) visit(index++, Position{d, h, w});
    }
  }
}

/// Convolution's channels: `in` and `out` of one group.
struct ConvChannels {
  std::int64_t batch, groups, in, out;
  ConvChannels(const ConvAttributes& a, const Shape& x, const Shape& w)
      : batch(x[0]), groups(a.groups), in(w[1]), out(w[0] / a.groups) {}
};

}  // namespace luge
