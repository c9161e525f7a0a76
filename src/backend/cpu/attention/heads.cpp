#include "backend/cpu/attention/heads.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "backend/cpu/fused/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/cpu/attention/heads.cpp"
#include "hwy/foreach_target.h"
// after foreach_target.h
#include "backend/cpu/vector/math-inl.h"
#include "backend/cpu/vector/product-inl.h"

HWY_BEFORE_NAMESPACE();
namespace luge::attention::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
using std::int64_t;
using vector::HWY_NAMESPACE::accumulate;
using vector::HWY_NAMESPACE::exp_of_negative;
using vector::HWY_NAMESPACE::F;
using vector::HWY_NAMESPACE::for_row_blocks;
using vector::HWY_NAMESPACE::kLanes;
using vector::HWY_NAMESPACE::load_lanes;
using vector::HWY_NAMESPACE::Register;
using vector::HWY_NAMESPACE::store_lanes;

constexpr int64_t kBlock = 48;  // rows whose scores exist at one time
constexpr int64_t kWide = 64;   // packed extents are multiples of this: four registers of any target

constexpr int64_t padded(int64_t extent) { return (extent + kWide - 1) / kWide * kWide; }

/// A matrix in memory: the left side of a product may be read along columns, the right side not.
struct Left {
  const float* data;
  int64_t row, inner;
};
struct Right {
  const float* data;  // [inner, padded columns]
  int64_t row;
};

/// Calls store(r, v, column, sum) for every register of a·b, `columns` wide; `columns` counts whole
/// registers.
template <int kColumns, class Store>
HWY_INLINE void product_columns(int64_t rows, int64_t depth, const Left& a, const Right& b, int64_t column,
                                const Store& store) {
  for_row_blocks(rows, [&]<int kRows>(int64_t begin) {
    Register sum[kRows][kColumns];
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 8
      for (int v = 0; v < kColumns; ++v) sum[r][v] = hn::Zero(F());
    }
    accumulate<kRows, kColumns>(depth, a.data + begin * a.row, a.row, a.inner, b.data + column, b.row, sum);
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 8
      for (int v = 0; v < kColumns; ++v) store(begin + r, column + v * kLanes, sum[r][v]);
    }
  });
}
template <class Store>
HWY_INLINE void product(int64_t rows, int64_t depth, int64_t columns, const Left& a, const Right& b,
                        const Store& store) {
  int64_t column = 0;
  for (; column + 4 * kLanes <= columns; column += 4 * kLanes)
    product_columns<4>(rows, depth, a, b, column, store);
  if (column + 2 * kLanes <= columns) {
    product_columns<2>(rows, depth, a, b, column, store);
    column += 2 * kLanes;
  }
  for (; column < columns; column += kLanes) product_columns<1>(rows, depth, a, b, column, store);
}

int64_t whole_registers(int64_t extent) { return (extent + kLanes - 1) / kLanes * kLanes; }

/// Rows of `depth` elements, one behind the other with zeros between.
void pack(const float* from, int64_t row, int64_t rows, int64_t depth, float* to) {
  const int64_t apart = padded(depth);
  for (int64_t r = 0; r < rows; ++r) {
    std::copy_n(from + r * row, depth, to + r * apart);
    std::fill(to + r * apart + depth, to + (r + 1) * apart, 0.0f);
  }
}
/// The same with rows as columns: [depth, apart].
void pack_transposed(const float* from, int64_t row, int64_t rows, int64_t depth, float* to, int64_t apart) {
  for (int64_t begin = 0; begin < depth; begin += 16) {
    const int64_t end = std::min(depth, begin + 16);
    for (int64_t r = 0; r < rows; ++r) {
      for (int64_t k = begin; k < end; ++k) to[k * apart + r] = from[r * row + k];
    }
    for (int64_t k = begin; k < end; ++k) {
      std::fill(to + k * apart + rows, to + k * apart + whole_registers(rows), 0.0f);
    }
  }
}

/// How many columns the rows up to `last` look at.
int64_t limit_of(const Heads& s, int64_t last) { return s.causal ? std::min(s.columns, last) : s.columns; }

// scale·q·kᵀ of some rows, in whole registers of columns.
void scores(const Heads& s, const Rows& q, int64_t n, int64_t h, int64_t first, int64_t rows, int64_t limit,
            const float* k_columns, float* to) {
  const int64_t apart = padded(s.columns);
  const Register scale = hn::Set(F(), s.scale);
  product(rows, s.depth, whole_registers(limit), {q.at(n, h) + first * q.row, q.row, 1}, {k_columns, apart},
          [&](int64_t r, int64_t column, Register sum) {
            hn::StoreU(hn::Mul(sum, scale), F(), to + r * apart + column);
          });
}

// The weights of one row in place of its scores, 0 behind `count` of them; gives the largest score and the
// sum.
struct RowSum {
  float largest, total;
};
RowSum softmax_row(float* row, int64_t count, int64_t limit) {
  const F d;
  Register largest = hn::Set(d, -INFINITY);
  int64_t c = 0;
  for (; c + kLanes <= count; c += kLanes) largest = hn::Max(largest, hn::LoadU(d, row + c));
  float top = hn::GetLane(hn::MaxOfLanes(d, largest));
  for (int64_t rest = c; rest < count; ++rest) top = std::max(top, row[rest]);
  const Register shift = hn::Set(d, top);
  Register sum = hn::Zero(d);
  for (c = 0; c < limit; c += kLanes) {
    Register power = exp_of_negative(d, hn::Sub(hn::LoadU(d, row + c), shift));
    if (c + kLanes > count) {
      const auto inside = hn::FirstN(d, static_cast<std::size_t>(std::max<int64_t>(0, count - c)));
      power = hn::IfThenElseZero(inside, power);
    }
    hn::StoreU(power, d, row + c);
    sum = hn::Add(sum, power);
  }
  return {top, hn::GetLane(hn::SumOfLanes(d, sum))};
}

void forward(const Forward& f, float* scratch, int64_t head, int64_t first, int64_t last) {
  const Heads& s = f.s;
  const int64_t n = head / s.heads, h = head % s.heads;
  const int64_t apart = padded(s.columns), wide = padded(s.value_depth);
  float *k_columns = scratch, *values = k_columns + s.depth * apart, *weights = values + s.columns * wide;
  float* inverse = weights + kBlock * apart;
  const int64_t all = limit_of(s, last);
  pack_transposed(f.k.at(n, h), f.k.row, all, s.depth, k_columns, apart);
  pack(f.v.at(n, h), f.v.row, all, s.value_depth, values);
  for (int64_t begin = first; begin < last; begin += kBlock) {
    const int64_t rows = std::min(kBlock, last - begin), limit = limit_of(s, begin + rows);
    scores(s, f.q, n, h, begin, rows, limit, k_columns, weights);
    for (int64_t r = 0; r < rows; ++r) {
      const int64_t count = s.causal ? std::min(s.columns, begin + r + 1) : s.columns;
      const RowSum sum = softmax_row(weights + r * apart, count, whole_registers(limit));
      inverse[r] = 1 / sum.total;
      if (f.log_sum) f.log_sum[head * s.rows + begin + r] = sum.largest + std::log(sum.total);
    }
    float* y = f.y.at(n, h) + begin * f.y.row;
    product(rows, limit, whole_registers(s.value_depth), {weights, apart, 1}, {values, wide},
            [&](int64_t r, int64_t column, Register sum) {
              store_lanes(hn::Mul(sum, hn::Set(F(), inverse[r])), y + r * f.y.row + column,
                          s.value_depth - column);
            });
  }
}

float dot(const float* a, const float* b, int64_t count) {
  Register sum = hn::Zero(F());
  for (int64_t k = 0; k < count; k += kLanes) {
    sum = hn::MulAdd(load_lanes(a + k, count - k), load_lanes(b + k, count - k), sum);
  }
  return hn::GetLane(hn::SumOfLanes(F(), sum));
}

/// What the backward pass of one head keeps: packed operands, the block's weights and their gradients, sums.
struct BackwardMemory {
  float *k_columns, *v_columns, *k, *q, *dy, *weights, *slopes, *dk, *dv;
  explicit BackwardMemory(const Heads& s, float* scratch) {
    const int64_t apart = padded(s.columns), deep = padded(s.depth), wide = padded(s.value_depth);
    const auto take = [&](int64_t floats) { return std::exchange(scratch, scratch + floats); };
    k_columns = take(s.depth * apart), v_columns = take(s.value_depth * apart);
    k = take(s.columns * deep), q = take(kBlock * deep), dy = take(kBlock * wide);
    weights = take(kBlock * apart), slopes = take(kBlock * apart);
    dk = take(apart * deep), dv = take(apart * wide);
  }
};

// The block's weights from their scores and logarithms, and the gradients of the scores.
void weigh(const Backward& b, const BackwardMemory& m, int64_t head, int64_t begin, int64_t rows,
           int64_t limit) {
  const F d;
  const Heads& s = b.s;
  const int64_t n = head / s.heads, h = head % s.heads, apart = padded(s.columns);
  const float *dy = b.dy.at(n, h) + begin * b.dy.row, *y = b.y.at(n, h) + begin * b.y.row;
  scores(s, b.q, n, h, begin, rows, limit, m.k_columns, m.weights);
  product(
      rows, s.value_depth, whole_registers(limit), {dy, b.dy.row, 1}, {m.v_columns, apart},
      [&](int64_t r, int64_t column, Register sum) { hn::StoreU(sum, d, m.slopes + r * apart + column); });
  for (int64_t r = 0; r < rows; ++r) {
    const int64_t count = s.causal ? std::min(s.columns, begin + r + 1) : s.columns;
    const Register shift = hn::Set(d, b.log_sum[head * s.rows + begin + r]);
    const Register mean = hn::Set(d, dot(dy + r * b.dy.row, y + r * b.y.row, s.value_depth));
    float *weight = m.weights + r * apart, *slope = m.slopes + r * apart;
    for (int64_t c = 0; c < limit; c += kLanes) {
      Register power = exp_of_negative(d, hn::Sub(hn::LoadU(d, weight + c), shift));
      Register of_score =
          hn::Mul(hn::Mul(power, hn::Sub(hn::LoadU(d, slope + c), mean)), hn::Set(d, s.scale));
      if (c + kLanes > count) {
        const auto inside = hn::FirstN(d, static_cast<std::size_t>(std::max<int64_t>(0, count - c)));
        power = hn::IfThenElseZero(inside, power);
        of_score = hn::IfThenElseZero(inside, of_score);
      }
      hn::StoreU(power, d, weight + c);
      hn::StoreU(of_score, d, slope + c);
    }
  }
}

/// to [limit, padded depth] += aᵀ·b for a block of rows.
void add_transposed(int64_t limit, int64_t rows, int64_t depth, const float* a, int64_t apart, const float* b,
                    float* to) {
  const int64_t wide = padded(depth);
  product(limit, rows, whole_registers(depth), {a, 1, apart}, {b, wide},
          [&](int64_t r, int64_t column, Register sum) {
            float* place = to + r * wide + column;
            hn::StoreU(hn::Add(hn::LoadU(F(), place), sum), F(), place);
          });
}

void store_rows(const float* from, int64_t rows, int64_t depth, float* to, int64_t row) {
  for (int64_t r = 0; r < rows; ++r) std::copy_n(from + r * padded(depth), depth, to + r * row);
}

void backward(const Backward& b, float* scratch, int64_t head) {
  const Heads& s = b.s;
  const int64_t n = head / s.heads, h = head % s.heads, apart = padded(s.columns);
  const BackwardMemory m(s, scratch);
  pack_transposed(b.k.at(n, h), b.k.row, s.columns, s.depth, m.k_columns, apart);
  pack_transposed(b.v.at(n, h), b.v.row, s.columns, s.value_depth, m.v_columns, apart);
  pack(b.k.at(n, h), b.k.row, s.columns, s.depth, m.k);
  std::fill_n(m.dk, apart * padded(s.depth), 0.0f);
  std::fill_n(m.dv, apart * padded(s.value_depth), 0.0f);
  for (int64_t begin = 0; begin < s.rows; begin += kBlock) {
    const int64_t rows = std::min(kBlock, s.rows - begin), limit = limit_of(s, begin + rows);
    weigh(b, m, head, begin, rows, limit);
    float* dq = b.dq.at(n, h) + begin * b.dq.row;
    product(rows, limit, whole_registers(s.depth), {m.slopes, apart, 1}, {m.k, padded(s.depth)},
            [&](int64_t r, int64_t column, Register sum) {
              store_lanes(sum, dq + r * b.dq.row + column, s.depth - column);
            });
    pack(b.q.at(n, h) + begin * b.q.row, b.q.row, rows, s.depth, m.q);
    pack(b.dy.at(n, h) + begin * b.dy.row, b.dy.row, rows, s.value_depth, m.dy);
    add_transposed(limit, rows, s.depth, m.slopes, apart, m.q, m.dk);
    add_transposed(limit, rows, s.value_depth, m.weights, apart, m.dy, m.dv);
  }
  store_rows(m.dk, s.columns, s.depth, b.dk.at(n, h), b.dk.row);
  store_rows(m.dv, s.columns, s.value_depth, b.dv.at(n, h), b.dv.row);
}

const Functions& find_target() {
  static constexpr Functions all{forward, backward};
  return all;
}

}  // namespace
}  // namespace luge::attention::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace luge::attention {

HWY_EXPORT(find_target);
const Functions& functions() { return HWY_DYNAMIC_DISPATCH(find_target)(); }

namespace {
constexpr std::int64_t most_rows = 48;
std::int64_t wide(std::int64_t extent) { return (extent + 63) / 64 * 64; }
}  // namespace

std::int64_t forward_scratch(const Heads& s) {
  return s.depth * wide(s.columns) + s.columns * wide(s.value_depth) + most_rows * wide(s.columns) + 64;
}
std::int64_t backward_scratch(const Heads& s) {
  const std::int64_t apart = wide(s.columns), deep = wide(s.depth), value_wide = wide(s.value_depth);
  return (s.depth + s.value_depth) * apart + s.columns * deep + most_rows * (deep + value_wide + 2 * apart) +
         apart * (deep + value_wide);
}

}  // namespace luge::attention
#endif
