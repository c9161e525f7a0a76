// What the float64 convolutions know of their extents, and what they refuse.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>

#include "backend/backend.h"
#include "backend/cpu/conv/float64.h"
#include "ops/attributes/window.h"

namespace luge::cpu::conv {

struct Float64Shapes {
  std::int64_t images, groups, channels, filters;  // the last two of a group
  Windows<ConvAttributes> windows;

  Float64Shapes(const ConvAttributes& a, const Shape& x, const Shape& w)
      : images(x[0]),
        groups(a.groups),
        channels(w[1]),
        filters(w[0] / a.groups),
        windows(a, x, w.begin() + 2) {}
  std::int64_t taps() const {
    return windows.axis[0].kernel * windows.axis[1].kernel * windows.axis[2].kernel;
  }
  std::int64_t depth() const { return channels * taps(); }
  std::int64_t image() const { return windows.axis[0].in * windows.axis[1].in * windows.axis[2].in; }
  std::int64_t points() const { return windows.axis[0].out * windows.axis[1].out * windows.axis[2].out; }
  std::int64_t tiles() const { return (points() + kWindowPoints - 1) / kWindowPoints; }
  std::int64_t products() const { return images * groups * filters * depth() * points(); }

  /// Why so little is left to the reference loop, or nothing.
  std::string refuse_few() const {
    return products() < 1 << 18 ? fmt::format("{} products are few", products()) : "";
  }
  double seconds(int threads) const { return 1e-6 + static_cast<double>(products()) / (3e9 * threads); }
};

/// Why a request is refused that is not in float64, that fuses, or that has nothing to do; or nothing.
inline std::string refuse_float64(const KernelRequest& r) {
  if (!r.op.attributes<ConvAttributes>()) return "the op has other attributes than this kernel knows";
  for (const Type& type : r.in) {
    if (type.dtype != f64) return fmt::format("takes f64, got {}", luge::name(type.dtype));
  }
  if (r.out[0].dtype != f64) return fmt::format("gives f64, not {}", luge::name(r.out[0].dtype));
  if (!r.post.empty()) return "fuses nothing";
  for (const Type& type : r.in) {
    if (type.shape.elements() == 0) return "there is nothing to do";
  }
  return r.out[0].shape.elements() == 0 ? "there is nothing to do" : "";
}

}  // namespace luge::cpu::conv
