// The inner loop of float64 convolutions: some filters times the windows of some output points.
#pragma once

#include <cstdint>

namespace luge::cpu::conv {

inline constexpr std::int64_t kWindowPoints = 32;  // whose windows are side by side

struct WindowProduct {
  const double* weights;  // [filters, depth]
  const double* bias;     // [filters], or null
  const double* windows;  // [depth, kWindowPoints], zeros where there are fewer points
  std::int64_t filters, depth, points;
  double* y;            // of the first filter and point
  std::int64_t stride;  // between filters
};

/// For the best instruction set here.
using MultiplyWindows = void (*)(const WindowProduct&);
MultiplyWindows multiply_windows();

}  // namespace luge::cpu::conv
