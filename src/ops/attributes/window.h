// A window sliding along one spatial axis: what convolution and pooling, and the kernels for them, compute
// from their attributes and the input's extent.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "luge/shape.h"
#include "ops/attributes/conv.h"

namespace luge {

struct Window {
  std::int64_t in = 1, kernel = 1, stride = 1, dilation = 1;
  std::int64_t pad_begin = 0, pad_end = 0;
  std::int64_t out = 1;  // ≤ 0: the window is longer than the padded input

  std::int64_t span() const { return (kernel - 1) * dilation + 1; }
  /// Input position of tap k of output o; outside [0, in) it is in the padding.
  std::int64_t at(std::int64_t o, std::int64_t k) const { return o * stride - pad_begin + k * dilation; }
  bool inside(std::int64_t position) const { return position >= 0 && position < in; }
};

/// The window along spatial axis `axis` of `spatial`. The extents must be known.
inline Window window_along(std::size_t axis, std::size_t spatial, std::int64_t in, std::int64_t kernel,
                           const std::vector<std::int64_t>& stride, const std::vector<std::int64_t>& dilation,
                           PaddingMode padding, const std::vector<std::int64_t>& pads,
                           bool ceil_mode = false) {
  Window w{.in = in, .kernel = kernel, .stride = stride[axis], .dilation = dilation[axis]};
  if (padding == PaddingMode::same) {
    w.out = in > 0 ? (in - 1) / w.stride + 1 : 0;
    const std::int64_t missing = std::max<std::int64_t>(0, (w.out - 1) * w.stride + w.span() - in);
    w.pad_begin = missing / 2;
    w.pad_end = missing - w.pad_begin;
    return w;
  }
  if (padding == PaddingMode::full) w.pad_begin = w.pad_end = w.span() - 1;
  if (padding == PaddingMode::explicit_) w.pad_begin = pads[axis], w.pad_end = pads[spatial + axis];
  const std::int64_t room = in + w.pad_begin + w.pad_end - w.span();
  if (room < 0) {
    w.out = 0;
    return w;
  }
  w.out = room / w.stride + 1;
  // A further, partial window counts only if it begins before the padding at the end.
  if (ceil_mode && room % w.stride != 0 && w.out * w.stride < in + w.pad_begin) ++w.out;
  return w;
}

/// The three windows (depth, height, width; absent leading axes have extent 1) of an image x [N,C,…] under
/// attributes A = ConvAttributes or PoolAttributes. `kernel` points at one extent per spatial axis.
template <class A>
struct Windows {
  Window axis[3];

  Windows(const A& a, const Shape& x, const std::int64_t* kernel) {
    const auto spatial = static_cast<std::size_t>(x.rank() - 2);
    bool ceil_mode = false;
    if constexpr (requires { a.ceil_mode; }) ceil_mode = a.ceil_mode;
    for (std::size_t k = 0; k < spatial; ++k) {
      axis[3 - spatial + k] = window_along(k, spatial, x[static_cast<int>(k) + 2], kernel[k], a.stride,
                                           a.dilation, a.padding, a.pads, ceil_mode);
    }
  }
};

}  // namespace luge
