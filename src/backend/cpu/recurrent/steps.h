// A recurrent layer's walk over the steps, shared by a grid of threads: rows of the batch never meet, so that
// threads with rows of their own never wait; threads that share rows take some units each, whose weights then
// stay in the cache nearest to them, and meet once a step.
#pragma once

#include <cstdint>

namespace luge::cpu::recurrent {

enum class Cell : std::uint8_t { lstm, gru };

struct Extents {
  std::int64_t steps = 0, batch = 0, in = 0, units = 0;
  bool batch_first = false;

  /// Index of a step of a row among all of them.
  std::int64_t at(std::int64_t n, std::int64_t t) const {
    return batch_first ? n * steps + t : t * batch + n;
  }
  /// Units up to whole registers of every instruction set.
  std::int64_t padded() const { return (units + 63) / 64 * 64; }
};

/// A step's gates are products of [x | h]; packed, the columns of all gates of some units lie together.
struct Forward {
  Extents e;
  const float *x = nullptr, *w_ih = nullptr, *w_hh = nullptr, *b = nullptr;
  const float* b_hh = nullptr;                     // gru
  const float *h0 = nullptr, *c0 = nullptr;        // null: zero
  float *y = nullptr, *h = nullptr, *c = nullptr;  // each may be null
  float *gates = nullptr, *cells = nullptr;        // each may be null
  float* before = nullptr;                         // h before every step; may be null
  float* packed = nullptr;
};
struct Backward {
  Extents e;
  const float *w_hh = nullptr, *gates = nullptr;
  const float* cells = nullptr;  // lstm: all c; gru: h before every step
  const float *dy = nullptr, *dh = nullptr, *dc = nullptr;
  const float* first = nullptr;          // lstm: c0; null: zero
  float* before = nullptr;               // gradient of h·w_hhᵀ
  float* before_input = nullptr;         // gru: of x·w_ihᵀ
  float *dh0 = nullptr, *dc0 = nullptr;  // each may be null
  float* packed = nullptr;
};

inline int parts_of(Cell cell) { return cell == Cell::lstm ? 4 : 3; }
inline std::int64_t cache_lines(std::int64_t floats) { return (floats + 15) / 16 * 16; }

/// Floats that hold the packed weights.
inline std::int64_t forward_packed(Cell cell, const Extents& e) {
  constexpr int sums = 4;  // whose biases lie after the weights
  return cache_lines(e.padded() * (parts_of(cell) * (e.in + e.units) + sums));
}
inline std::int64_t backward_packed(Cell cell, const Extents& e) {
  return e.padded() * parts_of(cell) * e.units;
}

/// Floats that a walk works in for a row of the batch: two left sides of a product, and the state. Rows lie a
/// cache line further apart than they must, so that they do not fall into the same sets.
struct RowScratch {
  std::int64_t left, state;
  std::int64_t floats() const { return 2 * left + state; }
};
inline RowScratch forward_scratch(const Extents& e) {
  return {cache_lines(e.in) + e.padded() + 16, e.padded()};
}
inline RowScratch backward_scratch(int parts, const Extents& e) {
  return {cache_lines(parts * e.units) + 16, e.padded()};
}

/// What a thread of the grid works on.
struct Share {
  std::int64_t first_row = 0, last_row = 0;
  int unit_part = 0, unit_parts = 1;
  void (*meet)() = nullptr;  // waits for all threads; null: there is one
};

struct ForwardFunctions {
  /// Share `part` of `parts` of the packing.
  void (*pack)(const Forward& f, int part, int parts);
  /// `scratch` belongs to all threads that share the rows.
  void (*walk)(const Forward& f, float* scratch, const Share& share);
};
struct BackwardFunctions {
  void (*pack)(const Backward& b, int part, int parts);
  void (*walk)(const Backward& b, float* scratch, const Share& share);
};
/// For the best instruction set of this machine.
const ForwardFunctions& forward_functions(Cell cell);
const BackwardFunctions& backward_functions(Cell cell);

}  // namespace luge::cpu::recurrent
