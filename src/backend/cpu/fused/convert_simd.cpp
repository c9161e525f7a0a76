// Conversions: between register types, between memory and registers, and rounding to the 16-bit floating
// formats.
#include "core/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/cpu/fused/convert_simd.cpp"
#include "hwy/foreach_target.h"
// after foreach_target.h
#include <cmath>
#include <concepts>
#include <cstring>
#include <limits>

#include "backend/cpu/bfloat16-inl.h"
#include "backend/cpu/fused/families.h"
#include "backend/cpu/fused/plain-inl.h"

HWY_BEFORE_NAMESPACE();
namespace luge::cpu::fused::HWY_NAMESPACE {
namespace {

// bool registers are bytes; Truth is the name of their type where u8 means another.
enum class Truth : std::uint8_t {};

// Float to integer: the nearest end when out of range, 0 for NaN.
template <class To, class From>
HWY_INLINE To saturate(From a) {
  constexpr From low = static_cast<From>(std::numeric_limits<To>::min());
  constexpr From high = static_cast<From>(std::numeric_limits<To>::max());
  if (!(a > low)) return a == a ? std::numeric_limits<To>::min() : To{0};
  return a >= high ? std::numeric_limits<To>::max() : static_cast<To>(a);
}

template <class To>
struct Cast {
  template <class From>
  static HWY_INLINE To apply(From a) {
    if constexpr (std::same_as<From, Truth>) {
      if constexpr (std::same_as<To, Truth>)
        return a;
      else
        return static_cast<To>(static_cast<std::uint8_t>(a));
    } else if constexpr (std::same_as<To, Truth>) {
      return static_cast<Truth>(a != 0);
    } else if constexpr (std::floating_point<From> && std::integral<To>) {
      return saturate<To>(a);
    } else {
      return static_cast<To>(a);
    }
  }
};

template <class From>
MapFunction cast_from(DType to) {
  switch (to) {
    case DType::f32: return plain_one<float, From, Cast<float>>;
    case DType::f64: return plain_one<double, From, Cast<double>>;
    case DType::i8: return plain_one<std::int8_t, From, Cast<std::int8_t>>;
    case DType::u8: return plain_one<std::uint8_t, From, Cast<std::uint8_t>>;
    case DType::i16: return plain_one<std::int16_t, From, Cast<std::int16_t>>;
    case DType::i32: return plain_one<std::int32_t, From, Cast<std::int32_t>>;
    case DType::i64: return plain_one<std::int64_t, From, Cast<std::int64_t>>;
    case DType::boolean: return plain_one<Truth, From, Cast<Truth>>;
    case DType::bf16:
    case DType::f16: break;  // no register types
  }
  return nullptr;
}

MapFunction cast_target(DType from, DType to) {
  switch (from) {
    case DType::f32: return cast_from<float>(to);
    case DType::f64: return cast_from<double>(to);
    case DType::i8: return cast_from<std::int8_t>(to);
    case DType::u8: return cast_from<std::uint8_t>(to);
    case DType::i16: return cast_from<std::int16_t>(to);
    case DType::i32: return cast_from<std::int32_t>(to);
    case DType::i64: return cast_from<std::int64_t>(to);
    case DType::boolean: return cast_from<Truth>(to);
    case DType::bf16:
    case DType::f16: break;
  }
  return nullptr;
}

// Neighboring elements: whole vectors, then the rest one by one.
namespace hn = hwy::HWY_NAMESPACE;
using namespace bf16::HWY_NAMESPACE;
constexpr bool kHalfInstructions = HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3;

HWY_INLINE std::size_t load_vectors(float* to, const bfloat16* from, std::size_t count) {
  const hn::ScalableTag<float> d;
  std::size_t i = 0;
  for (; i + hn::Lanes(d) <= count; i += hn::Lanes(d)) hn::StoreU(load_bf16(d, from + i), d, to + i);
  return i;
}
HWY_INLINE std::size_t store_vectors(bfloat16* to, const float* from, std::size_t count) {
  const hn::ScalableTag<float> d;
  std::size_t i = 0;
  for (; i + hn::Lanes(d) <= count; i += hn::Lanes(d)) store_bf16(d, hn::LoadU(d, from + i), to + i);
  return i;
}
HWY_INLINE std::size_t load_vectors(float* to, const float16* from, std::size_t count) {
  std::size_t i = 0;
  if constexpr (kHalfInstructions) {
    const hn::ScalableTag<float> d;
    const hn::Rebind<hwy::float16_t, decltype(d)> half;
    const auto* bits = reinterpret_cast<const hwy::float16_t*>(from);
    for (; i + hn::Lanes(d) <= count; i += hn::Lanes(d))
      hn::StoreU(hn::PromoteTo(d, hn::LoadU(half, bits + i)), d, to + i);
  }
  return i;
}
HWY_INLINE std::size_t store_vectors(float16* to, const float* from, std::size_t count) {
  std::size_t i = 0;
  if constexpr (kHalfInstructions) {
    const hn::ScalableTag<float> d;
    const hn::Rebind<hwy::float16_t, decltype(d)> half;
    auto* bits = reinterpret_cast<hwy::float16_t*>(to);
    for (; i + hn::Lanes(d) <= count; i += hn::Lanes(d))
      hn::StoreU(hn::DemoteTo(half, hn::LoadU(d, from + i)), half, bits + i);
  }
  return i;
}

// Memory type M, register type R.
template <class M, class R>
struct Move {
  static HWY_INLINE R in(M value) { return static_cast<R>(value); }
  static HWY_INLINE M out(R value) {
    if constexpr (std::same_as<M, R>)
      return value;
    else
      return M(value);
  }
  static void load(void* out, const void* in_memory, std::ptrdiff_t stride, std::size_t count) {
    R* to = static_cast<R*>(out);
    const M* from = static_cast<const M*>(in_memory);
    if (stride == 1) {
      if constexpr (std::same_as<M, R>) {
        std::memcpy(to, from, count * sizeof(R));
      } else {
        for (std::size_t i = load_vectors(to, from, count); i < count; ++i) to[i] = in(from[i]);
      }
    } else if (stride == 0) {
      const R value = in(from[0]);
      for (std::size_t i = 0; i < count; ++i) to[i] = value;
    } else {
      for (std::size_t i = 0; i < count; ++i, from += stride) to[i] = in(*from);
    }
  }
  static void store(void* out_memory, std::ptrdiff_t stride, const void* in_register, std::size_t step,
                    std::size_t count) {
    M* to = static_cast<M*>(out_memory);
    const R* from = static_cast<const R*>(in_register);
    if (step == 0) {
      const M value = out(from[0]);
      for (std::size_t i = 0; i < count; ++i, to += stride) *to = value;
    } else if (stride == 1) {
      std::size_t i = 0;
      if constexpr (!std::same_as<M, R>) i = store_vectors(to, from, count);
      for (; i < count; ++i) to[i] = out(from[i]);
    } else {
      for (std::size_t i = 0; i < count; ++i, to += stride) *to = out(from[i]);
    }
  }
  static void splat(void* out, const void* element) {
    const R value = *static_cast<const R*>(element);
    R* to = static_cast<R*>(out);
    for (std::size_t i = 0; i < kSplatBytes / sizeof(R); ++i) to[i] = value;
  }
  static constexpr MoveFunctions functions = {load, store, splat};
};

MoveFunctions moves_target(DType dtype) {
  switch (dtype) {
    case DType::f32: return Move<float, float>::functions;
    case DType::f64: return Move<double, double>::functions;
    case DType::bf16: return Move<bfloat16, float>::functions;
    case DType::f16: return Move<float16, float>::functions;
    case DType::i16: return Move<std::int16_t, std::int16_t>::functions;
    case DType::i32: return Move<std::int32_t, std::int32_t>::functions;
    case DType::i64: return Move<std::int64_t, std::int64_t>::functions;
    case DType::i8:
    case DType::u8:
    case DType::boolean: return Move<std::uint8_t, std::uint8_t>::functions;
  }
  return {};
}

template <class M>
struct RoundTo {
  static HWY_INLINE float apply(float a) { return static_cast<float>(M(a)); }
};

void round_bf16(void* out, const void* const* in, const std::size_t* step, std::size_t count) {
  const hn::ScalableTag<float> d;
  float* to = static_cast<float*>(out);
  const float* from = static_cast<const float*>(in[0]);
  std::size_t i = 0;
  for (; step[0] == 1 && i + hn::Lanes(d) <= count; i += hn::Lanes(d))
    hn::StoreU(round_to_bf16(d, hn::LoadU(d, from + i)), d, to + i);
  for (; i < count; ++i) to[i] = RoundTo<bfloat16>::apply(from[i * step[0]]);
}

MapFunction round_target(DType dtype) {
  if (dtype == DType::bf16) return round_bf16;
  if (dtype == DType::f16) return plain_one<float, float, RoundTo<float16>>;
  return nullptr;
}

}  // namespace
}  // namespace luge::cpu::fused::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace luge::cpu::fused {
HWY_EXPORT(cast_target);
HWY_EXPORT(moves_target);
HWY_EXPORT(round_target);
MapFunction find_cast(DType from, DType to) { return HWY_DYNAMIC_DISPATCH(cast_target)(from, to); }
MoveFunctions find_moves(DType dtype) { return HWY_DYNAMIC_DISPATCH(moves_target)(dtype); }
MapFunction find_round(DType dtype) { return HWY_DYNAMIC_DISPATCH(round_target)(dtype); }
}  // namespace luge::cpu::fused
#endif
