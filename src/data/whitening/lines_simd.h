// The two loops of whitening that take time.
#pragma once

#include <cstddef>

namespace luge::data {

/// to[i] += factor * from[i].
void add_scaled(double factor, const double* from, double* to, std::size_t count);
void add_scaled(float factor, const float* from, float* to, std::size_t count);
/// a[i], b[i] = c a[i] - s b[i], s a[i] + c b[i].
void rotate(double c, double s, double* a, double* b, std::size_t count);

}  // namespace luge::data
