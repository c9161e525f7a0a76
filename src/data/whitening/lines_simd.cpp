#include "data/whitening/lines_simd.h"

namespace luge::data {

void add_scaled(double factor, const double* __restrict from, double* __restrict to, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) to[i] += factor * from[i];
}

void add_scaled(float factor, const float* __restrict from, float* __restrict to, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) to[i] += factor * from[i];
}

void rotate(double c, double s, double* __restrict a, double* __restrict b, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const double x = a[i], y = b[i];
    a[i] = c * x - s * y;
    b[i] = s * x + c * y;
  }
}

}  // namespace luge::data
