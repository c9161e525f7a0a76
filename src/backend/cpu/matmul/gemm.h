// Products of two float32 matrices: both sides are packed into panels that stay in a core's cache, tiles of
// the result are held in registers over a block of the inner extent.
#pragma once

#include <cstddef>
#include <cstdint>

namespace luge::gemm {

using std::int64_t;

/// Element (i, k) of a side lies at data[i · outer + k · inner]; one of the two steps is 1.
struct Side {
  int64_t outer, inner;
};

/// What happens to a finished element c of row i and column j, in this order.
struct Epilogue {
  struct Step {
    enum Kind : std::uint8_t { add, mul, relu } kind;
    const float* operand;  // lies as the result does; relu: null
  };
  const float* bias = nullptr;  // one per column
  Step steps[4] = {};
  int count = 0;
};

/// The part of the result that one thread computes: rows and columns of C = A·B, C dense with `columns` per
/// row.
struct Part {
  int64_t row, rows, column, columns, width;  // width: columns of the whole result
  int64_t depth;
};

struct Loops {
  int tile_rows, tile_columns;  // 0: not for this instruction set
  /// Numbers of scratch for a part.
  std::size_t scratch;
  void (*multiply)(const Part& part, const float* a, Side a_side, const float* b, Side b_side, float* c,
                   const Epilogue& epilogue, float* scratch);
};

/// The loops for this machine's instruction set.
const Loops& loops();

}  // namespace luge::gemm
