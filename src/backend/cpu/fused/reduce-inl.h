// One reduction of one register type, in plain code over short arrays of lanes that the compiler turns into
// vectors. Per-target include guard, as Highway wants it.
#if defined(LUGE_FUSED_REDUCE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LUGE_FUSED_REDUCE_INL_H_
#undef LUGE_FUSED_REDUCE_INL_H_
#else
#define LUGE_FUSED_REDUCE_INL_H_
#endif

#include <algorithm>
#include <concepts>
#include <limits>
#include <type_traits>

#include "backend/cpu/fused/families.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace luge::cpu::fused::HWY_NAMESPACE {
namespace {

// clang-format off
struct Sum {
  template <class A> static constexpr A start() { return 0; }
  template <class A> static HWY_INLINE A join(A a, A b) { return a + b; }
};
struct Prod {
  template <class A> static constexpr A start() { return 1; }
  template <class A> static HWY_INLINE A join(A a, A b) { return a * b; }
};
// A NaN on either side stays.
struct Max {
  template <class A> static constexpr A start() {
    return std::floating_point<A> ? -std::numeric_limits<A>::infinity() : std::numeric_limits<A>::lowest();
  }
  template <class A> static HWY_INLINE A join(A a, A b) { return (a > b) | (a != a) ? a : b; }
};
struct Min {
  template <class A> static constexpr A start() {
    return std::floating_point<A> ? std::numeric_limits<A>::infinity() : std::numeric_limits<A>::max();
  }
  template <class A> static HWY_INLINE A join(A a, A b) { return (a < b) | (a != a) ? a : b; }
};
// clang-format on

// T in registers, L in the lanes of a tile, S in sums over tiles. Integers are summed modulo 2^64.
template <class T, class F>
struct Reduce {
  static constexpr bool is_real = std::floating_point<T>;
  static constexpr bool wraps = std::same_as<F, Sum> || std::same_as<F, Prod>;
  using L = std::conditional_t<is_real, T, std::conditional_t<wraps, std::uint64_t, std::int64_t>>;
  using S = std::conditional_t<is_real, double, L>;
  static constexpr std::size_t kLanes = is_real ? 128 / sizeof(T) : 4;
  static constexpr std::size_t kColumns = is_real ? 256 / sizeof(T) : 16;
  static constexpr std::size_t kRows = 32;  // rows summed before they go to the sums over tiles

  static HWY_INLINE L row(const T* in, std::size_t count) {
    L lanes[kLanes];
    for (std::size_t k = 0; k < kLanes; ++k) lanes[k] = F::template start<L>();
    std::size_t i = 0;
    for (; i + kLanes <= count; i += kLanes) {
      for (std::size_t k = 0; k < kLanes; ++k) lanes[k] = F::join(lanes[k], static_cast<L>(in[i + k]));
    }
    for (; i < count; ++i) lanes[i % kLanes] = F::join(lanes[i % kLanes], static_cast<L>(in[i]));
    for (std::size_t width = kLanes / 2; width; width /= 2) {
      for (std::size_t k = 0; k < width; ++k) lanes[k] = F::join(lanes[k], lanes[k + width]);
    }
    return lanes[0];
  }
  static L standing(T value, std::size_t count) {
    L total = F::template start<L>();
    for (std::size_t i = 0; i < count; ++i) total = F::join(total, static_cast<L>(value));
    return total;
  }
  static void rows(void* out, const void* in, std::size_t step, std::size_t rows, std::size_t columns) {
    T* to = static_cast<T*>(out);
    const T* from = static_cast<const T*>(in);
    for (std::size_t r = 0; r < rows; ++r, from += columns) {
      to[r] = static_cast<T>(step ? row(from, columns) : standing(*static_cast<const T*>(in), columns));
    }
  }
  static void all(void* sum, const void* in, std::size_t step, std::size_t count) {
    const T* from = static_cast<const T*>(in);
    S& total = *static_cast<S*>(sum);
    total = F::join(total, static_cast<S>(step ? row(from, count) : standing(*from, count)));
  }
  static void columns(void* sum, const void* in, std::size_t step, std::size_t rows, std::size_t columns) {
    S* total = static_cast<S*>(sum);
    const T* from = static_cast<const T*>(in);
    if (!step) {
      const auto value = static_cast<S>(standing(*from, rows));
      for (std::size_t k = 0; k < columns; ++k) total[k] = F::join(total[k], value);
      return;
    }
    for (std::size_t c = 0; c < columns; c += kColumns) {
      const std::size_t width = std::min(columns - c, kColumns);
      for (std::size_t r = 0; r < rows; r += kRows) {
        strip(total + c, from + r * columns + c, columns, std::min(rows - r, kRows), width);
      }
    }
  }
  static HWY_INLINE void strip(S* total, const T* from, std::size_t pitch, std::size_t height,
                               std::size_t width) {
    L lanes[kColumns];
    for (std::size_t k = 0; k < kColumns; ++k) lanes[k] = F::template start<L>();
    for (std::size_t q = 0; q < height; ++q, from += pitch) {
      if (width == kColumns) {
        for (std::size_t k = 0; k < kColumns; ++k) lanes[k] = F::join(lanes[k], static_cast<L>(from[k]));
      } else {
        for (std::size_t k = 0; k < width; ++k) lanes[k] = F::join(lanes[k], static_cast<L>(from[k]));
      }
    }
    for (std::size_t k = 0; k < width; ++k) total[k] = F::join(total[k], static_cast<S>(lanes[k]));
  }
  static void begin(void* sum, std::size_t count) {
    std::fill_n(static_cast<S*>(sum), count, F::template start<S>());
  }
  static void join(void* a, const void* b, std::size_t count) {
    S* to = static_cast<S*>(a);
    for (std::size_t i = 0; i < count; ++i) to[i] = F::join(to[i], static_cast<const S*>(b)[i]);
  }
  static void finish(void* out, const void* sum, std::size_t count) {
    T* to = static_cast<T*>(out);
    for (std::size_t i = 0; i < count; ++i) to[i] = static_cast<T>(static_cast<const S*>(sum)[i]);
  }
  static constexpr ReduceFunctions functions = {rows, all, columns, begin, join, finish};
};

template <class T>
ReduceFunctions reduce_loops(TileReduction reduction) {
  switch (reduction) {
    case TileReduction::sum: return Reduce<T, Sum>::functions;
    case TileReduction::prod: return Reduce<T, Prod>::functions;
    case TileReduction::max: return Reduce<T, Max>::functions;
    case TileReduction::min: return Reduce<T, Min>::functions;
  }
  return {};
}

}  // namespace
}  // namespace luge::cpu::fused::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
