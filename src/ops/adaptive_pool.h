// Pooling by a number of windows that cover the image, whatever its extents: adaptive_avg_pool and
// adaptive_max_pool (x → …). `output` has one extent for each spatial axis.
#pragma once

#include <vector>

#include "graph/op_registry.h"
#include "luge/ops/window.h"
#include "ops/conv_loop.h"

namespace luge {

struct AdaptivePoolAttributes {
  std::vector<std::int64_t> output;
  static void fields(auto& self, auto&& field) { field("output", self.output); }
};

/// The shape that such a pool gives for x. Throws what the public docstrings promise.
Shape adaptive_shape(std::string_view op, const AdaptivePoolAttributes& a, const Type& x);
/// Attributes from what a person wrote, for an input with `spatial` spatial axes.
AdaptivePoolAttributes adaptive_attributes(std::string_view op, int spatial, const Tensor& x,
                                           const PerAxis& output);

/// The windows of one image: extents of the three axes, of which leading ones may be absent.
struct AdaptiveWindows {
  Position in{1, 1, 1}, out{1, 1, 1};
  AdaptiveWindows(const AdaptivePoolAttributes& a, const Shape& x);
  std::int64_t begin(std::size_t axis, std::int64_t o) const { return o * in[axis] / out[axis]; }
  std::int64_t end(std::size_t axis, std::int64_t o) const {
    return ((o + 1) * in[axis] + out[axis] - 1) / out[axis];
  }
  /// How many elements window `at` has.
  std::int64_t elements(const Position& at) const;
  /// Calls visit(row-major index in the image) for every element of window `at`.
  template <class Visit>
  void each(const Position& at, Visit&& visit) const {
    for (std::int64_t d = begin(0, at[0]); d < end(0, at[0]); ++d) {
      for (std::int64_t h = begin(1, at[1]); h < end(1, at[1]); ++h) {
        const std::int64_t row = (d * in[1] + h) * in[2];
        for (std::int64_t w = begin(2, at[2]); w < end(2, at[2]); ++w) visit(row + w);
      }
    }
  }
};

}  // namespace luge
