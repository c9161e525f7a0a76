// The inner loop of float64 convolutions and matrix products: rows of numbers, such as filters, times
// columns, such as the windows of output points.
#pragma once

#include <cstdint>

namespace luge::cpu::conv {

inline constexpr std::int64_t kWindowPoints = 32;  // whose windows are side by side

struct WindowProduct {
  const double* weights;  // [filters, depth], whose rows begin `row` numbers apart
  std::int64_t row;
  const double* bias;     // [filters], or null
  const double* windows;  // [depth, kWindowPoints], zeros where there are fewer points
  std::int64_t filters, depth, points;
  double* y;            // of the first filter and point
  std::int64_t stride;  // between filters
  bool add = false;     // to what y holds, which then has kWindowPoints numbers of each filter; no bias
};

/// For the best instruction set here.
using MultiplyWindows = void (*)(const WindowProduct&);
MultiplyWindows multiply_windows();

}  // namespace luge::cpu::conv
