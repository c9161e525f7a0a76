// The gradient of the steps, from the last to the first.
#include "backend/cpu/recurrent/steps.h"

#include "core/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/cpu/recurrent/backward_simd.cpp"
#include "hwy/foreach_target.h"
// after foreach_target.h
#include "backend/cpu/recurrent/rows-inl.h"

HWY_BEFORE_NAMESPACE();
namespace luge::cpu::recurrent::HWY_NAMESPACE {
namespace {

// Backward: for each few registers of units, the rows of w_hh.
constexpr int kColumns = cpu::vector::HWY_NAMESPACE::kWideColumns;
constexpr int64_t kGroup = kColumns * kLanes;

template <class C>
void pack_backward(const Backward& b, int part, int parts) {
  const int64_t units = b.e.units, depth = C::kParts * units, groups = (units + kGroup - 1) / kGroup;
  for (int64_t group = groups * part / parts; group < groups * (part + 1) / parts; ++group) {
    const int64_t unit = group * kGroup, count = std::min(kGroup, units - unit);
    for (int64_t k = 0; k < depth; ++k) {
      float* to = b.packed + (group * depth + k) * kGroup;
      std::copy_n(b.w_hh + k * units + unit, count, to);
      std::fill(to + count, to + kGroup, 0.0f);
    }
  }
}

// As for the outputs of the forward walk.
HWY_INLINE void will_use(const Backward& b, int parts, int64_t row, int64_t t, int64_t unit) {
  const int64_t at = b.e.at(row, t), units = b.e.units;
  if (unit >= units) return;
  for (int64_t part = 0; part < 4; ++part) __builtin_prefetch(b.gates + (at * 4 + part) * units + unit);
  __builtin_prefetch(b.cells + (t > 0 ? b.e.at(row, t - 1) : at) * units + unit);
  __builtin_prefetch(b.dy + at * units + unit);
  for (int64_t part = 0; part < parts; ++part)
    __builtin_prefetch(b.before + (at * parts + part) * units + unit, 1);
}

// The gradient of h at step t (of h0 at t = -1) in kColumns registers of units of some rows.
template <class C, int kRows>
HWY_INLINE void backward_block(const Backward& b, const StepRows& rows, int64_t begin, int64_t from,
                               int64_t t, int64_t group) {
  const int64_t units = b.e.units, depth = C::kParts * units, unit = group * kGroup;
  const bool last = t + 1 == b.e.steps;
  Register dh[kRows][kColumns];
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r) {
    const int64_t row = from + begin + r;
#pragma GCC unroll 8
    for (int v = 0; v < kColumns; ++v) {
      const int64_t at = unit + v * kLanes, count = units - at;
      if (count <= 0) {
        dh[r][v] = hn::Zero(F());
      } else if (last) {
        dh[r][v] = load_lanes(b.dh + row * units + at, count);
      } else {
        dh[r][v] = C::carried(rows.state + (begin + r) * rows.state_apart + at);
      }
    }
  }
  for (int r = 0; t >= 0 && r < kRows; ++r) {
    for (int v = 0; v < kColumns; ++v) will_use(b, C::kParts, from + begin + r, t, unit + v * kLanes);
  }
  if (!last) {
    accumulate<kRows, kColumns>(depth, rows.now + begin * rows.apart, rows.apart, 1,
                                b.packed + group * depth * kGroup, kGroup, dh);
  }
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r) {
    const int64_t row = from + begin + r;
#pragma GCC unroll 8
    for (int v = 0; v < kColumns; ++v) {
      const int64_t at = unit + v * kLanes, count = units - at;
      if (count <= 0) break;
      if (t < 0) {
        store_lanes(dh[r][v], b.dh0 + row * units + at, count);
        continue;
      }
      const Register of_output = load_lanes(b.dy + b.e.at(row, t) * units + at, count);
      Register before[C::kParts];
      C::backward(b, hn::Add(dh[r][v], of_output), {row, t, at, count},
                  rows.state + (begin + r) * rows.state_apart + at, before);
      for (int p = 0; p < C::kParts; ++p)
        store_lanes(before[p], rows.next + (begin + r) * rows.apart + p * units + at, count);
    }
  }
}

template <class C>
void backward(const Backward& b, float* scratch, const Share& share) {
  const int64_t first = share.first_row, count = share.last_row - first;
  const int64_t groups = (b.e.units + kGroup - 1) / kGroup;
  const int64_t first_group = groups * share.unit_part / share.unit_parts;
  const int64_t last_group = groups * (share.unit_part + 1) / share.unit_parts;
  const int64_t first_own = count * share.unit_part / share.unit_parts;
  const int64_t last_own = count * (share.unit_part + 1) / share.unit_parts;
  StepRows rows(scratch, count, backward_scratch(C::kParts, b.e));
  start_state(rows.state + first_own * rows.state_apart, rows.state_apart, b.dc, first + first_own,
              last_own - first_own, b.e.units);
  for (int64_t t = b.e.steps; t-- > (b.dh0 ? -1 : 0);) {
    if (share.meet) share.meet();
    for (int64_t group = first_group; group < last_group; ++group) {
      for_row_blocks(count, [&]<int kRows>(int64_t begin) {
        backward_block<C, kRows>(b, rows, begin, first, t, group);
      });
    }
    std::swap(rows.now, rows.next);
  }
  if (share.meet) share.meet();
  for (int64_t r = first_own; b.dc0 && r < last_own; ++r) {
    std::copy_n(rows.state + r * rows.state_apart, b.e.units, b.dc0 + (first + r) * b.e.units);
  }
}

const BackwardFunctions& find_target(Cell cell) {
  static constexpr BackwardFunctions of_lstm{pack_backward<Lstm>, backward<Lstm>},
      of_gru{pack_backward<Gru>, backward<Gru>};
  return cell == Cell::lstm ? of_lstm : of_gru;
}

}  // namespace
}  // namespace luge::cpu::recurrent::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace luge::cpu::recurrent {
HWY_EXPORT(find_target);
const BackwardFunctions& backward_functions(Cell cell) { return HWY_DYNAMIC_DISPATCH(find_target)(cell); }
}  // namespace luge::cpu::recurrent
#endif
