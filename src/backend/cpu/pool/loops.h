// Max pooling over memory seen as planes of points, every point a run of `lanes` neighboring channels: nhwc
// and the blocked layouts; in the public layout a point is one number.
#pragma once

#include <cstdint>
#include <vector>

#include "luge/dtype.h"
#include "ops/attributes/window.h"

namespace luge::cpu::pool {

struct Geometry {
  std::int64_t planes = 1;  // images, or images times blocks of channels
  std::int64_t lanes = 1;
  std::int64_t blocks = 1;  // of channels in an image; in the last one only `filled` lanes are channels
  std::int64_t filled = 1;
  Window axis[3];  // depth, height, width

  std::vector<std::int64_t> taps;  // per tap: numbers of the input between it and the window's first
  bool tiled = false;              // windows cover the input once, without padding

  /// Fills in what follows from the rest.
  void prepare();
  std::int64_t in_points() const { return axis[0].in * axis[1].in * axis[2].in; }
  std::int64_t out_points() const { return axis[0].out * axis[1].out * axis[2].out; }
  std::int64_t rows() const { return planes * axis[0].out * axis[1].out; }
};

/// Rows first … last - 1 of the output y; positions may be null.
using ForwardLoop = void (*)(const Geometry& g, const void* x, void* y, void* positions, std::int64_t first,
                             std::int64_t last);
/// Planes first … last - 1 of the input's gradient dx. `scratch` is a plane of floats, for bfloat16.
using BackwardLoop = void (*)(const Geometry& g, const void* dy, const void* positions, void* dx,
                              float* scratch, std::int64_t first, std::int64_t last);
/// The loops for this machine's instruction set: elements f32 or bf16, positions u8 or i32.
ForwardLoop forward_loop(DType element, DType position);
BackwardLoop backward_loop(DType element, DType position);

}  // namespace luge::cpu::pool
