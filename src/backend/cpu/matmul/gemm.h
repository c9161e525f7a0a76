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

/// A block of the inner extent: the numbers [first, first + count); `last` ends it.
struct Depth {
  int64_t first, count;
  bool last;
};
/// The longest block that the loops are good at.
inline constexpr int64_t longest_depth = 512;

/// The part of the result that one thread computes: rows and panels of columns of C = A·B, which is dense
/// with `columns` per row.
struct Part {
  int64_t row, rows, panel, panels, columns;
};

struct Loops {
  int tile_rows = 0, tile_columns = 0;  // 0: not for this instruction set. A panel of B has tile_columns.
  int64_t packed_rows = 0;              // numbers of A's scratch per number of a block's count
  /// Panel `index` of B over a block of the inner extent, to where multiply looks for it.
  void (*pack_panel)(const float* b, Side side, int64_t columns, const Depth& depth, int64_t index,
                     float* packed_b) = nullptr;
  /// The part, over a block of the inner extent, from B's panels; blocks come in their order. packed_a:
  /// packed_rows * depth.count numbers of scratch.
  void (*multiply)(const Part& part, const Depth& depth, const float* a, Side side, const float* packed_b,
                   float* c, const Epilogue& epilogue, float* packed_a) = nullptr;
};

/// The loops for this machine's instruction set.
const Loops& loops();

}  // namespace luge::gemm
