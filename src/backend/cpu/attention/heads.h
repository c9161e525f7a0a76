// Attention, one head after the other: rows in blocks, scores of a block in scratch memory and nowhere else.
#pragma once

#include <cstdint>

namespace luge::cpu::attention {

/// One of q, k, v, the output or their gradients: element (n, head, row, 0) is at n·sample + head·head +
/// row·row; the last axis is dense.
struct Rows {
  float* data = nullptr;
  std::int64_t sample = 0, head = 0, row = 0;
  float* at(std::int64_t n, std::int64_t h) const { return data + n * sample + h * head; }
};

struct Heads {
  std::int64_t batch = 0, heads = 0, rows = 0, columns = 0;
  std::int64_t depth = 0, value_depth = 0;  // of q and k, of v
  bool causal = false;
  float scale = 1;

  std::int64_t count() const { return batch * heads; }
};

struct Forward {
  Heads s;
  Rows q, k, v, y;
  float* log_sum = nullptr;  // [batch,heads,rows], may be null
};
struct Backward {
  Heads s;
  Rows q, k, v, y, dy, dq, dk, dv;
  const float* log_sum = nullptr;
};

/// Heads are counted over the batch.
struct Task {
  std::int64_t head, next;   // whose k and v the thread needs afterwards; none: count()
  std::int64_t first, last;  // rows first … last - 1
};

struct Functions {
  /// Floats that a thread works in.
  std::int64_t (*forward_scratch)(const Heads& s);
  std::int64_t (*backward_scratch)(const Heads& s);
  void (*forward)(const Forward& f, float* scratch, const Task& task);
  /// Takes all rows.
  void (*backward)(const Backward& b, float* scratch, std::int64_t head, std::int64_t next);
};
/// For the best instruction set of this machine.
const Functions& functions();

}  // namespace luge::cpu::attention
