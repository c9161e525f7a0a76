#include "backend/cpu/attention/heads.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/cpu/attention/heads_simd.cpp"
#include "hwy/foreach_target.h"
// after foreach_target.h
#include "backend/cpu/vector/blocks-inl.h"
#include "backend/cpu/vector/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace luge::cpu::attention::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
using namespace vector::HWY_NAMESPACE;

constexpr int64_t kRows = 64;  // of a block of the backward pass: the sums over rows are so long

constexpr int64_t floats_of(int64_t rows, int64_t columns) { return rows * blocks_of(columns) * kLanes; }

/// How many columns a row and those before it look at.
int64_t columns_of(const Heads& s, int64_t row) {
  return s.causal ? std::min(s.columns, row + 1) : s.columns;
}

// A share of k and v of the head after this one, while there is arithmetic to do: as much of it as `rows`
// are of `all`.
HWY_INLINE void fetch_next(const Heads& s, const Rows& k, const Rows& v, int64_t head, int64_t begin,
                           int64_t rows, int64_t all) {
  if (head >= s.count()) return;
  const int64_t n = head / s.heads, h = head % s.heads;
  const int64_t first = s.columns * begin / all, count = s.columns * (begin + rows) / all - first;
  fetch<false>(k.at(n, h) + first * k.row, k.row, count, s.depth);
  fetch<false>(v.at(n, h) + first * v.row, v.row, count, s.value_depth);
}

struct Taker {
  float* at;
  float* operator()(int64_t floats) { return std::exchange(at, at + floats); }
};

/// What the forward pass of one head keeps; of a tile's rows: q, weights, results.
struct ForwardMemory {
  float *k_turned, *v, *q, *weights, *y;
  int64_t size;
  ForwardMemory(const Heads& s, float* scratch) {
    Taker take{scratch};
    k_turned = take(floats_of(s.depth, s.columns)), v = take(floats_of(s.columns, s.value_depth));
    q = take(floats_of(kTileRows, s.depth)), weights = take(floats_of(kTileRows, s.columns));
    y = take(floats_of(kTileRows, s.value_depth));
    size = take.at - scratch;
  }
};

// The weights of a tile's rows in place of their scores, not divided by their sums, which go to `total`; 0
// after the columns that a row looks at. `first` is the tile's first row.
void softmax_rows(const Heads& s, int64_t first, int64_t rows, float* weights, float* largest, float* total) {
  const F d;
  constexpr int64_t block = kTileRows * kLanes;
  for (int64_t r = 0; r < rows; ++r) {
    const int64_t count = columns_of(s, first + r), whole = count / kLanes;
    const float* row = weights + r * kLanes;
    Register top = hn::Set(d, -INFINITY);
    for (int64_t c = 0; c < whole; ++c) top = hn::Max(top, hn::LoadU(d, row + c * block));
    if (const int64_t rest = count - whole * kLanes; rest > 0) {
      const auto inside = hn::FirstN(d, static_cast<std::size_t>(rest));
      top = hn::Max(top, hn::IfThenElse(inside, hn::LoadU(d, row + whole * block), top));
    }
    largest[r] = hn::GetLane(hn::MaxOfLanes(d, top));
  }
  const int64_t blocks = blocks_of(columns_of(s, first + rows - 1));
  for (int64_t r = 0; r < rows; ++r) {
    const int64_t count = columns_of(s, first + r), whole = count / kLanes;
    const Register shift = hn::Set(d, largest[r]);
    Register sum = hn::Zero(d);
    float* row = weights + r * kLanes;
    for (int64_t c = 0; c < blocks; ++c, row += block) {
      Register power = exp_of_negative(Vectors<float>(), hn::Sub(hn::LoadU(d, row), shift));
      if (c >= whole) power = first_lanes(power, count - c * kLanes);
      hn::StoreU(power, d, row);
      sum = hn::Add(sum, power);
    }
    total[r] = hn::GetLane(hn::SumOfLanes(d, sum));
  }
}

// Whether the registers of a block's rows hold NaN or infinities.
bool has_infinite(const float* rows, int64_t block, int64_t count, int64_t blocks) {
  const F d;
  Register sum = hn::Zero(d);
  for (int64_t c = 0; c < blocks; ++c) {
    for (int64_t r = 0; r < count; ++r)
      sum = hn::MulAdd(hn::LoadU(d, rows + c * block + r * kLanes), hn::Zero(d), sum);
  }
  return !hn::AllFalse(d, hn::IsNaN(sum));
}

// The rows of a tile go through one product, in which those that look less far have weights of 0. Where what
// comes later is not finite, 0 times it is NaN: then each row goes alone, as far as it looks.
void separate_rows(const Heads& s, const Tile& tile, int64_t first, int64_t rows, int64_t blocks) {
  if (!s.causal || !has_infinite(tile.to, tile.to_block, rows, blocks)) return;
  for (int64_t r = 0; r < rows; ++r) {
    Tile own = tile;
    own.a += r * kLanes, own.to += r * kLanes, own.depth = columns_of(s, first + r);
    tile_row(own, 1, blocks);
  }
}

void forward(const Forward& f, float* scratch, const Task& task) {
  const F d;
  const Heads& s = f.s;
  const int64_t head = task.head, n = head / s.heads, h = head % s.heads, all = columns_of(s, task.last - 1);
  constexpr int64_t block = kTileRows * kLanes;
  const ForwardMemory m(s, scratch);
  pack_turned(f.k.at(n, h), f.k.row, all, s.depth, m.k_turned);
  pack(f.v.at(n, h), f.v.row, all, s.value_depth, 1, m.v, all * kLanes);
  for_tiles(task.last - task.first, [&](int64_t begin, int64_t rows) HWY_ATTR {
    fetch_next(s, f.k, f.v, task.next, begin, rows, task.last - task.first);
    begin += task.first;
    const int64_t limit = columns_of(s, begin + rows - 1);
    pack(f.q.at(n, h) + begin * f.q.row, f.q.row, rows, s.depth, s.scale, m.q, block);
    tile_row({.a = m.q,
              .a_block = block,
              .b = m.k_turned,
              .b_block = s.depth * kLanes,
              .to = m.weights,
              .to_block = block,
              .depth = s.depth,
              .add = false},
             rows, blocks_of(limit));
    fetch<false>(f.q.at(n, h) + (begin + rows) * f.q.row, f.q.row,
                 std::min<int64_t>(kTileRows, task.last - begin - rows), s.depth);
    fetch<true>(f.y.at(n, h) + begin * f.y.row, f.y.row, rows, s.value_depth);
    float largest[kTileRows], total[kTileRows];
    softmax_rows(s, begin, rows, m.weights, largest, total);
    const Tile values{.a = m.weights,
                      .a_block = block,
                      .b = m.v,
                      .b_block = all * kLanes,
                      .to = m.y,
                      .to_block = block,
                      .depth = limit,
                      .add = false};
    tile_row(values, rows, blocks_of(s.value_depth));
    separate_rows(s, values, begin, rows, blocks_of(s.value_depth));
    for (int64_t r = 0; r < rows; ++r) {
      if (f.log_sum) f.log_sum[head * s.rows + begin + r] = largest[r] + std::log(total[r]);
      const Register inverse = hn::Set(d, 1 / total[r]);
      float* y = f.y.at(n, h) + (begin + r) * f.y.row;
      for (int64_t c = 0; c < s.value_depth; c += kLanes) {
        const Register sum = hn::LoadU(d, m.y + c * kTileRows + r * kLanes);
        store_lanes(hn::Mul(sum, inverse), y + c, s.value_depth - c);
      }
    }
  });
}

float dot(const float* a, const float* b, int64_t count) {
  Register sum = hn::Zero(F());
  for (int64_t k = 0; k < count; k += kLanes) {
    sum = hn::MulAdd(load_lanes(a + k, count - k), load_lanes(b + k, count - k), sum);
  }
  return hn::GetLane(hn::SumOfLanes(F(), sum));
}

/// What the backward pass of one head keeps: packed operands, and those of a block of rows with its weights
/// and the gradients of its scores; sums; of a tile's rows dq.
struct BackwardMemory {
  float *k_turned, *v_turned, *k, *q, *dy, *weights, *slopes, *dk, *dv, *dq;
  int64_t size;
  BackwardMemory(const Heads& s, float* scratch) {
    Taker take{scratch};
    const int64_t whole = blocks_of(s.columns) * kLanes;
    k_turned = take(floats_of(s.depth, s.columns)), v_turned = take(floats_of(s.value_depth, s.columns));
    k = take(floats_of(s.columns, s.depth));
    q = take(floats_of(kRows, s.depth)), dy = take(floats_of(kRows, s.value_depth));
    weights = take(floats_of(kRows, s.columns)), slopes = take(floats_of(kRows, s.columns));
    dk = take(floats_of(whole, s.depth)), dv = take(floats_of(whole, s.value_depth));
    dq = take(floats_of(kTileRows, s.depth));
    size = take.at - scratch;
  }
};

// A tile's weights from their scores and logarithms, and the gradients of the scores in place of those of the
// weights.
void weigh_rows(const Backward& b, const float* log_sum, const float* mean, int64_t first, int64_t rows,
                float* weights, float* slopes) {
  const F d;
  const int64_t blocks = blocks_of(columns_of(b.s, first + rows - 1));
  for (int64_t r = 0; r < rows; ++r) {
    const int64_t count = columns_of(b.s, first + r), whole = count / kLanes;
    const Register shift = hn::Set(d, log_sum[r]), middle = hn::Set(d, mean[r]);
    for (int64_t c = 0; c < blocks; ++c) {
      float *weight = weights + (c * kRows + r) * kLanes, *slope = slopes + (c * kRows + r) * kLanes;
      Register power = exp_of_negative(Vectors<float>(), hn::Sub(hn::LoadU(d, weight), shift));
      Register of_score = hn::Mul(power, hn::Sub(hn::LoadU(d, slope), middle));
      if (c >= whole) {
        power = first_lanes(power, count - c * kLanes);
        of_score = first_lanes(of_score, count - c * kLanes);
      }
      hn::StoreU(power, d, weight);
      hn::StoreU(of_score, d, slope);
    }
  }
}

// The rows begin … begin + rows - 1 of a block that starts at `first`: weights, gradients of scores, dq.
void backward_tile(const Backward& b, const BackwardMemory& m, int64_t head, int64_t first, int64_t begin,
                   int64_t rows) {
  const F d;
  const Heads& s = b.s;
  const int64_t n = head / s.heads, h = head % s.heads, at = begin * kLanes, row = first + begin;
  const int64_t limit = columns_of(s, row + rows - 1);
  constexpr int64_t block = kRows * kLanes;
  const int64_t behind = std::min(rows, s.rows - row - kRows);  // these rows of the next block
  fetch<false>(b.q.at(n, h) + (row + kRows) * b.q.row, b.q.row, behind, s.depth);
  fetch<false>(b.dy.at(n, h) + (row + kRows) * b.dy.row, b.dy.row, behind, s.value_depth);
  Tile p{.a = m.q + at,
         .a_block = block,
         .b = m.k_turned,
         .b_block = s.depth * kLanes,
         .to = m.weights + at,
         .to_block = block,
         .depth = s.depth,
         .add = false};
  tile_row(p, rows, blocks_of(limit));
  fetch<false>(b.y.at(n, h) + (row + kRows) * b.y.row, b.y.row, behind, s.value_depth);
  fetch<true>(b.dq.at(n, h) + row * b.dq.row, b.dq.row, rows, s.depth);
  p.a = m.dy + at, p.b = m.v_turned, p.b_block = s.value_depth * kLanes, p.to = m.slopes + at;
  p.depth = s.value_depth;
  tile_row(p, rows, blocks_of(limit));
  float mean[kTileRows];
  for (int64_t r = 0; r < rows; ++r) {
    mean[r] = dot(b.dy.at(n, h) + (row + r) * b.dy.row, b.y.at(n, h) + (row + r) * b.y.row, s.value_depth);
  }
  weigh_rows(b, b.log_sum + head * s.rows + row, mean, row, rows, m.weights + at, m.slopes + at);
  p.a = m.slopes + at, p.b = m.k, p.b_block = s.columns * kLanes, p.depth = limit;
  p.to = m.dq, p.to_block = kTileRows * kLanes;
  tile_row(p, rows, blocks_of(s.depth));
  separate_rows(s, p, row, rows, blocks_of(s.depth));
  for (int64_t r = 0; r < rows; ++r) {
    float* dq = b.dq.at(n, h) + (row + r) * b.dq.row;
    for (int64_t c = 0; c < s.depth; c += kLanes) {
      const Register sum = hn::LoadU(d, m.dq + c * kTileRows + r * kLanes);
      store_lanes(hn::Mul(sum, hn::Set(d, s.scale)), dq + c, s.depth - c);
    }
  }
}

// aᵀ·b of a block of columns, of which the first row looks at `before` + 1, each row after it at one more.
// Rows that do not look at all of them have weights of 0 for the rest; where such rows are not finite, they
// go alone, each to the columns that it looks at.
void add_turned(Tile p, int64_t before, int64_t blocks) {
  const F d;
  const int64_t partly = std::clamp<int64_t>(kLanes - 1 - before, 0, p.depth);
  if (partly > 0 && has_infinite(p.b, p.b_block, partly, blocks)) {
    for (int64_t c = 0; c < blocks; ++c) {
      for (int64_t r = 0; r < partly; ++r) {
        const Register row = hn::LoadU(d, p.b + c * p.b_block + r * kLanes);
        for (int64_t column = 0; column <= before + r; ++column) {
          float* to = p.to + c * p.to_block + column * kLanes;
          hn::StoreU(hn::MulAdd(hn::Set(d, p.a[r * kLanes + column]), row, hn::LoadU(d, to)), d, to);
        }
      }
    }
    p.a += partly * kLanes, p.b += partly * kLanes, p.depth -= partly;
  }
  turned_block(p, blocks);
}

void backward(const Backward& b, float* scratch, int64_t head, int64_t next) {
  const Heads& s = b.s;
  const int64_t n = head / s.heads, h = head % s.heads, whole = blocks_of(s.columns) * kLanes;
  constexpr int64_t block = kRows * kLanes;
  const BackwardMemory m(s, scratch);
  pack_turned(b.k.at(n, h), b.k.row, s.columns, s.depth, m.k_turned);
  pack_turned(b.v.at(n, h), b.v.row, s.columns, s.value_depth, m.v_turned);
  pack(b.k.at(n, h), b.k.row, s.columns, s.depth, 1, m.k, s.columns * kLanes);
  std::fill_n(m.dk, floats_of(whole, s.depth), 0.0f);
  std::fill_n(m.dv, floats_of(whole, s.value_depth), 0.0f);
  for (int64_t first = 0; first < s.rows; first += kRows) {
    const int64_t rows = std::min(kRows, s.rows - first);
    pack(b.q.at(n, h) + first * b.q.row, b.q.row, rows, s.depth, s.scale, m.q, block);
    pack(b.dy.at(n, h) + first * b.dy.row, b.dy.row, rows, s.value_depth, 1, m.dy, block);
    for_tiles(rows, [&](int64_t begin, int64_t here) HWY_ATTR {
      fetch_next(s, b.k, b.v, next, first + begin, here, s.rows);
      backward_tile(b, m, head, first, begin, here);
    });
    const bool last = first + rows == s.rows;
    const int64_t limit = columns_of(s, first + rows - 1), blocks = blocks_of(last ? s.columns : limit);
    for (int64_t c = 0; c < blocks; ++c) {
      const int64_t column = c * kLanes, count = std::min<int64_t>(kLanes, s.columns - column);
      float *dk = b.dk.at(n, h) + column * b.dk.row, *dv = b.dv.at(n, h) + column * b.dv.row;
      if (last) {
        fetch<true>(dk, b.dk.row, count, s.depth);
        fetch<true>(dv, b.dv.row, count, s.value_depth);
      }
      // Rows before the block's first column do not look at it.
      const int64_t skipped = s.causal ? std::clamp<int64_t>(column - first, 0, rows) : 0;
      Tile p{.a = m.slopes + (c * kRows + skipped) * kLanes,
             .a_block = 0,
             .b = m.q + skipped * kLanes,
             .b_block = block,
             .to = m.dk + c * kLanes * kLanes,
             .to_block = whole * kLanes,
             .depth = rows - skipped,
             .add = true};
      const int64_t before = s.causal ? first + skipped - column : kLanes;
      add_turned(p, before, blocks_of(s.depth));
      p.a = m.weights + (c * kRows + skipped) * kLanes, p.b = m.dy + skipped * kLanes;
      p.to = m.dv + c * kLanes * kLanes;
      add_turned(p, before, blocks_of(s.value_depth));
      if (last) {
        unpack(m.dk + column * kLanes, whole * kLanes, count, s.depth, dk, b.dk.row);
        unpack(m.dv + column * kLanes, whole * kLanes, count, s.value_depth, dv, b.dv.row);
      }
    }
  }
}

int64_t forward_floats(const Heads& s) { return ForwardMemory(s, nullptr).size; }
int64_t backward_floats(const Heads& s) { return BackwardMemory(s, nullptr).size; }

const Functions& find_target() {
  static constexpr Functions all{forward_floats, backward_floats, forward, backward};
  return all;
}

}  // namespace
}  // namespace luge::cpu::attention::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace luge::cpu::attention {
HWY_EXPORT(find_target);
const Functions& functions() { return HWY_DYNAMIC_DISPATCH(find_target)(); }
}  // namespace luge::cpu::attention
#endif
