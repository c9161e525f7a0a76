#include "backend/cpu/matmul/gemm.h"

#include "backend/cpu/fused/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/cpu/matmul/gemm.cpp"
#include "hwy/foreach_target.h"
// after foreach_target.h
#include <algorithm>
#include <array>
#include <utility>

#include "backend/cpu/vector/product-inl.h"
#include "backend/cpu/vector/turn-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace luge::gemm::HWY_NAMESPACE {
namespace {

#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3

namespace hn = hwy::HWY_NAMESPACE;
namespace vec = vector::HWY_NAMESPACE;
using D = vec::F;
using V = vec::Register;
using M = hn::Mask<D>;
constexpr int64_t kLanes = vec::kLanes;
// A tile takes all registers but those for two vectors of B and one broadcast.
constexpr int kRows = HWY_TARGET == HWY_AVX3 ? 14 : 6;
constexpr int64_t kColumns = 2 * kLanes;
// Rows of A that are packed at a time: with a panel of B they stay in the second cache.
constexpr int64_t kHigh = 16 * kRows;
// Panels of B that are walked together: what is written of a row of C lies together.
constexpr int64_t kTogether = 2;

int64_t blocks(int64_t extent, int64_t most) { return (extent + most - 1) / most; }
// Where part k of `count` about equal ones begins.
int64_t start(int64_t extent, int64_t count, int64_t k) { return extent * k / count; }

// What is read next lies too far away for the processor to expect it.
constexpr int64_t kAhead = 64, kRowsAhead = 16;

// At most kLanes rows (columns of B) of one side: to[k * step_to + r]. What lies behind the last is anything.
void pack(const float* from, Side side, int64_t count, int64_t depth, float* to, int64_t step_to) {
  const D d;
  if (side.outer == 1) {
    const M mask = hn::FirstN(d, static_cast<std::size_t>(count));
    for (int64_t k = 0; k < depth; ++k) {
      __builtin_prefetch(from + (k + kRowsAhead) * side.inner);
      hn::StoreU(hn::MaskedLoad(mask, d, from + k * side.inner), d, to + k * step_to);
    }
    return;
  }
  const float* rows[kLanes];
  for (int64_t r = 0; r < kLanes; ++r) rows[r] = from + std::min(r, count - 1) * side.outer;
  int64_t k = 0;
  for (; k + 4 <= depth; k += 4) {
    for (int64_t r = k / 4 % 4; r < kLanes; r += 4) __builtin_prefetch(rows[r] + k + kAhead);
    vec::turn_quads([&](int64_t r) HWY_ATTR { return rows[r] + k; }, to + k * step_to, step_to);
  }
  for (; k < depth; ++k) {
    for (int64_t r = 0; r < kLanes; ++r) to[k * step_to + r] = rows[r][k];
  }
}

// A tile of the result: where it lies, and whether what it holds is added to and what comes behind the sum.
struct Target {
  float* c;
  int64_t width;
  M last;  // of the last vector of a row
  bool add;
  const Epilogue* epilogue;  // null: more of the sum is to come
  int64_t at, column;        // of the first element in what the epilogue reads
};

// c (+)= panel of A times panel of B, R rows by V vectors.
template <int R, int kVectors>
void tile(int64_t depth, const float* HWY_RESTRICT a, const float* HWY_RESTRICT b, const Target& t) {
  const D d;
  V sum[R][kVectors];
#pragma GCC unroll 14
  for (int r = 0; r < R; ++r) {
    for (int v = 0; v < kVectors; ++v) {
      sum[r][v] = hn::Zero(d);
      __builtin_prefetch(t.c + r * t.width + v * kLanes, 1);
    }
  }
  vec::accumulate<R, kVectors>(depth, a, 1, kLanes, b, kVectors * kLanes, sum);
  const auto each = [&](const auto& work) HWY_ATTR {
#pragma GCC unroll 14
    for (int r = 0; r < R; ++r) {
#pragma GCC unroll 2
      for (int v = 0; v < kVectors; ++v) work(sum[r][v], r * t.width + v * kLanes, v, v + 1 == kVectors);
    }
  };
  const auto load = [&](const float* from, bool is_last)
                        HWY_ATTR { return is_last ? hn::MaskedLoad(t.last, d, from) : hn::LoadU(d, from); };
  if (t.add) {
    each([&](V& value, int64_t at, int, bool is_last)
             HWY_ATTR { value = hn::Add(load(t.c + at, is_last), value); });
  }
  if (t.epilogue) {
    const Epilogue& e = *t.epilogue;
    if (e.bias) {
      V bias[kVectors];
#pragma GCC unroll 2
      for (int v = 0; v < kVectors; ++v) bias[v] = load(e.bias + t.column + v * kLanes, v + 1 == kVectors);
      each([&](V& value, int64_t, int v, bool) HWY_ATTR { value = hn::Add(value, bias[v]); });
    }
    for (int s = 0; s < e.count; ++s) {
      const float* operand = e.steps[s].operand + t.at;
      if (e.steps[s].kind == Epilogue::Step::relu) {
        each([&](V& value, int64_t, int, bool)
                 HWY_ATTR { value = hn::IfThenZeroElse(hn::Le(value, hn::Zero(d)), value); });
      } else if (e.steps[s].kind == Epilogue::Step::add) {
        each([&](V& value, int64_t at, int, bool is_last)
                 HWY_ATTR { value = hn::Add(value, load(operand + at, is_last)); });
      } else {
        each([&](V& value, int64_t at, int, bool is_last)
                 HWY_ATTR { value = hn::Mul(value, load(operand + at, is_last)); });
      }
    }
  }
  each([&](V& value, int64_t at, int, bool is_last) HWY_ATTR {
    if (is_last) {
      hn::BlendedStore(value, t.last, d, t.c + at);
    } else {
      hn::StoreU(value, d, t.c + at);
    }
  });
}

using TileFunction = void (*)(int64_t, const float*, const float*, const Target&);
template <int kVectors, std::size_t... kLess>
constexpr std::array<TileFunction, sizeof...(kLess)> tiles_of(std::index_sequence<kLess...>) {
  return {tile<static_cast<int>(kLess) + 1, kVectors>...};
}
constexpr auto kOneVector = tiles_of<1>(std::make_index_sequence<kRows>()),
               kTwoVectors = tiles_of<2>(std::make_index_sequence<kRows>());

// Panel `index` of the columns of B, over a block of the inner extent.
void pack_panel(const float* b, Side side, int64_t columns, const Depth& k, int64_t index, float* to) {
  const int64_t first = index * kColumns, here = std::min(kColumns, columns - first),
                vectors = blocks(here, kLanes);
  for (int64_t v = 0; v < vectors; ++v) {
    const int64_t column = first + v * kLanes;
    pack(b + column * side.outer + k.first * side.inner, side, std::min(kLanes, columns - column), k.count,
         to + first * k.count + v * kLanes, vectors * kLanes);
  }
}

// Rows of A in slivers of about equal height, each [depth][kLanes].
void pack_rows(const float* a, Side side, int64_t row, int64_t rows, const Depth& k, float* to) {
  const int64_t slivers = blocks(rows, kRows);
  for (int64_t i = 0; i < slivers; ++i) {
    const int64_t first = start(rows, slivers, i), here = start(rows, slivers, i + 1) - first;
    pack(a + (row + first) * side.outer + k.first * side.inner, side, here, k.count,
         to + i * kLanes * k.count, kLanes);
  }
}

// The tiles of one sliver in one panel.
struct Walk {
  const Part& part;
  const Depth& k;
  const float *packed_a, *packed_b;
  float* c;
  const Epilogue* epilogue;

  void tile_at(int64_t row, int64_t rows, int64_t sliver, int64_t panel) const {
    const int64_t column = panel * kColumns, columns = std::min(kColumns, part.columns - column),
                  vectors = blocks(columns, kLanes), at = row * part.columns + column;
    const Target target{.c = c + at,
                        .width = part.columns,
                        .last = hn::FirstN(D(), static_cast<std::size_t>(columns - (vectors - 1) * kLanes)),
                        .add = k.first > 0,
                        .epilogue = epilogue,
                        .at = at,
                        .column = column};
    const auto& functions = vectors == 2 ? kTwoVectors : kOneVector;
    functions[static_cast<std::size_t>(rows - 1)](k.count, packed_a + sliver * kLanes * k.count,
                                                  packed_b + column * k.count, target);
  }
};

void multiply(const Part& p, const Depth& k, const float* a, Side a_side, const float* packed_b, float* c,
              const Epilogue& e, float* packed_a) {
  const Walk walk{p, k, packed_a, packed_b, c, k.last ? &e : nullptr};
  const int64_t highs = blocks(p.rows, kHigh), end = p.panel + p.panels;
  for (int64_t m = 0; m < highs; ++m) {
    const int64_t row = p.row + start(p.rows, highs, m), high = p.row + start(p.rows, highs, m + 1) - row,
                  slivers = blocks(high, kRows);
    pack_rows(a, a_side, row, high, k, packed_a);
    for (int64_t panel = p.panel; panel < end; panel += kTogether) {
      for (int64_t i = 0; i < slivers; ++i) {
        const int64_t first = start(high, slivers, i), rows = start(high, slivers, i + 1) - first;
        for (int64_t j = panel; j < std::min(panel + kTogether, end); ++j)
          walk.tile_at(row + first, rows, i, j);
      }
    }
  }
}

Loops find_target() {
  return {.tile_rows = kRows,
          .tile_columns = static_cast<int>(kColumns),
          .packed_rows = blocks(kHigh, kRows) * kLanes + kLanes,
          .pack_panel = pack_panel,
          .multiply = multiply};
}

#else

Loops find_target() { return {}; }

#endif

}  // namespace
}  // namespace luge::gemm::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace luge::gemm {
HWY_EXPORT(find_target);
const Loops& loops() {
  static const Loops found = HWY_DYNAMIC_DISPATCH(find_target)();
  return found;
}
}  // namespace luge::gemm
#endif
