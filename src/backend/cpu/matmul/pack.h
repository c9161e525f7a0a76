// Sides of a product of matrices, copied to lie as its tiles read them.
#pragma once

#include <cstdint>

namespace luge::cpu::matmul {

using std::int64_t;

/// Element (i, k) of a side lies at data[i · outer + k · inner]; one of the two steps is 1.
struct Side {
  int64_t outer, inner;
};

struct Packing {
  int lanes = 0;  // numbers of a vector; 0: not for this instruction set
  /// Rows of a side (columns of B): to[k · step + i] for all k < depth. What lies after the last row, up to
  /// a whole vector, is anything.
  void (*pack)(const float* from, Side side, int64_t rows, int64_t depth, float* to, int64_t step) = nullptr;
  /// Rows that lie across, in panels: panel p holds rows bounds[p] to bounds[p + 1], each as `pack` leaves
  /// them with a step of its rows, at to + bounds[p] · depth. What follows the last panel, up to a whole
  /// vector, is anything.
  void (*pack_across)(const float* from, int64_t inner, const int64_t* bounds, int64_t panels, int64_t depth,
                      float* to) = nullptr;
};

/// For this machine's instruction set.
Packing packing();

}  // namespace luge::cpu::matmul
