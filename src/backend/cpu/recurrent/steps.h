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

  /// Place of a step of a row among all of them.
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
  float* before = nullptr;                         // h in front of every step; may be null
  float* packed = nullptr;
};
struct Backward {
  Extents e;
  const float *w_hh = nullptr, *gates = nullptr;
  const float* cells = nullptr;  // lstm: all c; gru: h in front of every step
  const float *dy = nullptr, *dh = nullptr, *dc = nullptr;
  const float* first = nullptr;          // lstm: c0; null: zero
  float* before = nullptr;               // gradient of h·w_hhᵀ
  float* before_input = nullptr;         // gru: of x·w_ihᵀ
  float *dh0 = nullptr, *dc0 = nullptr;  // each may be null
  float* packed = nullptr;
};

inline int parts_of(Cell cell) { return cell == Cell::lstm ? 4 : 3; }
/// Floats that hold the packed weights, and those that a walk over `rows` rows works in.
std::int64_t forward_packed(Cell cell, const Extents& e);
std::int64_t forward_scratch(const Extents& e, std::int64_t rows);
std::int64_t backward_packed(Cell cell, const Extents& e);
std::int64_t backward_scratch(Cell cell, const Extents& e, std::int64_t rows);

/// A thread's place in the grid.
struct Share {
  std::int64_t first_row = 0, last_row = 0;
  int unit_part = 0, unit_parts = 1;
  void (*meet)() = nullptr;  // waits for all threads; null: there is one
};

struct Functions {
  /// Share `part` of `parts` of the packing.
  void (*pack_forward)(const Forward& f, int part, int parts);
  /// `scratch` belongs to all threads that share the rows.
  void (*forward)(const Forward& f, float* scratch, const Share& share);
  void (*pack_backward)(const Backward& b, int part, int parts);
  void (*backward)(const Backward& b, float* scratch, const Share& share);
};
/// For the best instruction set of this machine.
const Functions& functions(Cell cell);

}  // namespace luge::cpu::recurrent
