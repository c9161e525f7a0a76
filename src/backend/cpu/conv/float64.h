// The inner loop of float64 convolutions: some filters times the windows of some places.
#pragma once

#include <cstdint>

namespace luge::float64 {

inline constexpr std::int64_t kPlaces = 32;  // whose windows stand side by side

struct Product {
  const double* weights;  // [filters, depth]
  const double* bias;     // [filters], or null
  const double* windows;  // [depth, kPlaces], zeros where there are fewer places
  std::int64_t filters, depth, places;
  double* y;            // of the first filter and place
  std::int64_t stride;  // between filters
};

/// For the best instruction set here.
using Multiply = void (*)(const Product&);
Multiply multiply();

}  // namespace luge::float64
