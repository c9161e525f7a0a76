// What convolution and pooling check before a window slides: attributes per axis, and that it fits the input.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "graph/type.h"
#include "ops/attributes/window.h"

namespace luge {

/// One number per spatial axis, each at least `least`. Throws ValueError naming `what`.
void check_per_axis(std::string_view op, std::string_view what, const std::vector<std::int64_t>& values,
                    int spatial, std::int64_t least);
/// Pads: two numbers per spatial axis with explicit padding, none otherwise, none negative. Throws
/// ValueError.
void check_pads(std::string_view op, PaddingMode padding, const std::vector<std::int64_t>& pads, int spatial);
/// The output's extent along one spatial axis; unknown stays unknown. Throws ShapeError when the window is
/// longer than the padded input, naming the extents.
template <class A>
std::int64_t output_extent(std::string_view op, const A& a, const Shape& x, int axis, std::int64_t kernel);

/// Throws ShapeError when the window's span or the padded extent is beyond what positions are counted in.
/// `pads` are those of explicit padding, the two at the axis.
void check_reach(std::string_view op, std::int64_t in, std::int64_t kernel, std::int64_t dilation,
                 std::int64_t pad_begin, std::int64_t pad_end);
[[noreturn]] void refuse_window(std::string_view op, const Shape& x, int axis, const Window& window);

template <class A>
std::int64_t output_extent(std::string_view op, const A& a, const Shape& x, int axis, std::int64_t kernel) {
  const std::int64_t in = x[axis + 2];
  if (in == unknown || kernel == unknown) return unknown;
  bool ceil_mode = false;
  if constexpr (requires { a.ceil_mode; }) ceil_mode = a.ceil_mode;
  const auto at = static_cast<std::size_t>(axis), spatial = static_cast<std::size_t>(x.rank() - 2);
  const bool padded = a.padding == PaddingMode::explicit_;
  check_reach(op, in, kernel, a.dilation[at], padded ? a.pads[at] : 0, padded ? a.pads[spatial + at] : 0);
  const Window window =
      window_along(at, spatial, in, kernel, a.stride, a.dilation, a.padding, a.pads, ceil_mode);
  if (window.out <= 0) refuse_window(op, x, axis, window);
  return window.out;
}

/// The numbers of an option, one per spatial axis; `fallback` where it was left open.
std::vector<std::int64_t> per_axis(const PerAxis& option, int spatial, std::int64_t fallback);
/// Explicit padding as attributes hold it: all begins, then all ends. Empty for the other modes.
std::vector<std::int64_t> pads_of(const Padding& padding, int spatial);

}  // namespace luge
