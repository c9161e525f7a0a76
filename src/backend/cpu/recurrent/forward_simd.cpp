// The steps of a layer, from the first to the last.
#include "backend/cpu/recurrent/steps.h"

#include "core/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/cpu/recurrent/forward_simd.cpp"
#include "hwy/foreach_target.h"
// after foreach_target.h
#include "backend/cpu/recurrent/rows-inl.h"

HWY_BEFORE_NAMESPACE();
namespace luge::cpu::recurrent::HWY_NAMESPACE {
namespace {

// The rows of w [parts·units,depth] that belong to one register of units, as columns side by side. A few
// steps at a time, so that what is written stays in the nearest cache.
template <int kParts>
void pack_columns(const float* w, int64_t depth, int64_t units, int64_t group, float* to) {
  constexpr int64_t kWide = kParts * kLanes, kSteps = 16;
  for (int64_t begin = 0; begin < depth; begin += kSteps) {
    const int64_t end = std::min(depth, begin + kSteps);
    for (int64_t column = 0; column < kWide; ++column) {
      const int64_t unit = group * kLanes + column % kLanes;
      const float* from = w + (column / kLanes * units + unit) * depth;
      for (int64_t k = begin; k < end; ++k) to[k * kWide + column] = unit < units ? from[k] : 0;
    }
  }
}

// Forward: for each register of units, the rows of x, then those of h, with the columns of all parts side by
// side; after them, for each register of units, the biases by sum.
template <class C>
void pack_forward(const Forward& f, int part, int parts) {
  const int64_t units = f.e.units, depth = f.e.in + units, groups = (units + kLanes - 1) / kLanes;
  constexpr int64_t kWide = C::kParts * kLanes;
  for (int64_t group = groups * part / parts; group < groups * (part + 1) / parts; ++group) {
    float* to = f.packed + group * depth * kWide;
    pack_columns<C::kParts>(f.w_ih, f.e.in, units, group, to);
    pack_columns<C::kParts>(f.w_hh, units, units, group, to + f.e.in * kWide);
    float* bias = f.packed + groups * depth * kWide + group * C::kSums * kLanes;
    for (int lane = 0; lane < kLanes; ++lane) {
      const int64_t unit = group * kLanes + lane;
      for (int s = 0; s < C::kSums; ++s) bias[s * kLanes + lane] = 0;
      for (int p = 0; p < C::kParts && unit < units; ++p) {
        bias[C::of_input(p) * kLanes + lane] += f.b[p * units + unit];
        if (f.b_hh) bias[C::of_state(p) * kLanes + lane] += f.b_hh[p * units + unit];
      }
    }
  }
}

// A row's outputs lie pages apart from the next row's: nothing fetches them ahead without a prefetch.
HWY_INLINE void will_write(const Forward& f, int64_t row, int64_t t, int64_t unit) {
  const int64_t at = f.e.at(row, t), units = f.e.units;
  if (f.y) __builtin_prefetch(f.y + at * units + unit, 1);
  if (f.cells) __builtin_prefetch(f.cells + at * units + unit, 1);
  if (f.before && t + 1 < f.e.steps) __builtin_prefetch(f.before + f.e.at(row, t + 1) * units + unit, 1);
  if (!f.gates) return;
  for (int64_t part = 0; part < 4; ++part) __builtin_prefetch(f.gates + (at * 4 + part) * units + unit, 1);
}

// What some rows multiply: [x | h], the packed weights of a register of units, and its biases by sum.
struct BlockSides {
  const float* a;
  int64_t apart;  // of rows
  const float *weights, *bias;
  int64_t in, units;
};

// The sums of the parts from kFirst to kEnd, as many columns as have registers at a time.
template <class C, int kRows, int kFirst, int kEnd>
HWY_INLINE void sum_parts(const BlockSides& s, Register (&sum)[kRows][C::kSums]) {
  if constexpr (kFirst < kEnd) {
    constexpr int kColumns = std::min(kEnd - kFirst, cpu::vector::HWY_NAMESPACE::kWideColumns);
    constexpr int kLast = kFirst + kColumns - 1;  // only the last of all parts may keep input and state apart
    constexpr bool kApart = C::of_input(kLast) != C::of_state(kLast);
    constexpr int64_t kWide = C::kParts * kLanes;
    const F d;
    Register product[kRows][kColumns];
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 8
      for (int p = 0; p < kColumns; ++p)
        product[r][p] = hn::LoadU(d, s.bias + C::of_input(kFirst + p) * kLanes);
    }
    const float* weights = s.weights + kFirst * kLanes;
    if constexpr (kApart) {
      accumulate<kRows, kColumns>(s.in, s.a, s.apart, 1, weights, kWide, product);
#pragma GCC unroll 8
      for (int r = 0; r < kRows; ++r) {
        sum[r][C::of_input(kLast)] = product[r][kColumns - 1];
        product[r][kColumns - 1] = hn::LoadU(d, s.bias + C::of_state(kLast) * kLanes);
      }
      accumulate<kRows, kColumns>(s.units, s.a + s.in, s.apart, 1, weights + s.in * kWide, kWide, product);
    } else {
      accumulate<kRows, kColumns>(s.in + s.units, s.a, s.apart, 1, weights, kWide, product);
    }
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 8
      for (int p = 0; p < kColumns; ++p) sum[r][C::of_state(kFirst + p)] = product[r][p];
    }
    sum_parts<C, kRows, kFirst + kColumns, kEnd>(s, sum);
  }
}

template <class C, int kRows>
HWY_INLINE void forward_block(const Forward& f, const StepRows& rows, int64_t begin, int64_t from, int64_t t,
                              int64_t group) {
  const F d;
  const int64_t units = f.e.units, in = f.e.in, depth = in + units, groups = (units + kLanes - 1) / kLanes;
  constexpr int64_t kWide = C::kParts * kLanes;
  for (int r = 0; r < kRows; ++r) will_write(f, from + begin + r, t, group * kLanes);
  Register sum[kRows][C::kSums];
  sum_parts<C, kRows, 0, C::kParts>({.a = rows.now + begin * rows.apart,
                                     .apart = rows.apart,
                                     .weights = f.packed + group * depth * kWide,
                                     .bias = f.packed + groups * depth * kWide + group * C::kSums * kLanes,
                                     .in = in,
                                     .units = units},
                                    sum);
  const int64_t unit = group * kLanes, count = std::min<int64_t>(kLanes, units - unit);
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r) {
    const CellPosition position{from + begin + r, t, unit, count};
    const int64_t row = begin + r;
    const Register h = C::forward(f, sum[r], position, rows.state + row * rows.state_apart + unit,
                                  hn::LoadU(d, rows.now + row * rows.apart + in + unit));
    hn::StoreU(h, d, rows.next + row * rows.apart + in + unit);
    if (f.y) store_lanes(h, f.y + f.e.at(position.row, t) * units + unit, count);
    if (t + 1 < f.e.steps) {
      if (f.before) store_lanes(h, f.before + f.e.at(position.row, t + 1) * units + unit, count);
    } else if (f.h) {
      store_lanes(h, f.h + position.row * units + unit, count);
    }
  }
}

template <class C>
void forward(const Forward& f, float* scratch, const Share& share) {
  const int64_t first = share.first_row, count = share.last_row - first;
  const int64_t groups = (f.e.units + kLanes - 1) / kLanes;
  const int64_t first_group = groups * share.unit_part / share.unit_parts;
  const int64_t last_group = groups * (share.unit_part + 1) / share.unit_parts;
  // What is not shared out by units is shared out by rows.
  const int64_t first_own = count * share.unit_part / share.unit_parts;
  const int64_t last_own = count * (share.unit_part + 1) / share.unit_parts;
  StepRows rows(scratch, count, forward_scratch(f.e));
  const auto take_input = [&](int64_t t, float* to) {
    for (int64_t r = first_own; r < last_own; ++r)
      std::copy_n(f.x + f.e.at(first + r, t) * f.e.in, f.e.in, to + r * rows.apart);
  };
  const int64_t own = last_own - first_own;
  start_state(rows.now + first_own * rows.apart + f.e.in, rows.apart, f.h0, first + first_own, own,
              f.e.units);
  start_state(rows.state + first_own * rows.state_apart, rows.state_apart, f.c0, first + first_own, own,
              f.e.units);
  for (int64_t r = first_own; f.before && r < last_own; ++r) {
    std::copy_n(rows.now + r * rows.apart + f.e.in, f.e.units, f.before + f.e.at(first + r, 0) * f.e.units);
  }
  take_input(0, rows.now);
  for (int64_t t = 0; t < f.e.steps; ++t) {
    if (share.meet) share.meet();
    if (t + 1 < f.e.steps) take_input(t + 1, rows.next);
    for (int64_t group = first_group; group < last_group; ++group) {
      for_row_blocks(
          count, [&]<int kRows>(int64_t begin) { forward_block<C, kRows>(f, rows, begin, first, t, group); });
    }
    std::swap(rows.now, rows.next);
  }
}

const ForwardFunctions& find_target(Cell cell) {
  static constexpr ForwardFunctions of_lstm{pack_forward<Lstm>, forward<Lstm>},
      of_gru{pack_forward<Gru>, forward<Gru>};
  return cell == Cell::lstm ? of_lstm : of_gru;
}

}  // namespace
}  // namespace luge::cpu::recurrent::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace luge::cpu::recurrent {
HWY_EXPORT(find_target);
const ForwardFunctions& forward_functions(Cell cell) { return HWY_DYNAMIC_DISPATCH(find_target)(cell); }
}  // namespace luge::cpu::recurrent
#endif
