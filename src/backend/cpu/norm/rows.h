// Loops over rows, for layer normalization. A row stays in the first-level cache while it is walked over
// again.
#pragma once

#include <cstdint>

namespace luge::cpu::norm {

struct Rows {
  std::int64_t rows = 1, columns = 1;
  double epsilon = 1e-5;
};

struct RowForward {
  const float *x, *scale, *shift;
  float *y, *mean, *inverse;  // each may be null
};
struct RowBackward {
  const float *dy, *x, *scale, *mean, *inverse;
  float* dx;               // may be null
  float *dscale, *dshift;  // sums over the rows that were walked over: written, not added to
};

struct RowLoops {
  /// Rows first … last - 1.
  void (*forward)(const Rows& r, const RowForward& p, std::int64_t first, std::int64_t last);
  void (*backward)(const Rows& r, const RowBackward& p, std::int64_t first, std::int64_t last);
};

/// The loops for this machine's instruction set.
const RowLoops& row_loops();

}  // namespace luge::cpu::norm
