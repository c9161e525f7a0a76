// Arithmetic on integers, modulo two to the number of bits; what is divided by zero becomes 0. With it the
// comparisons of all types but the most frequent ones. Compiled for the baseline instruction set alone.
#include <type_traits>

#include "backend/cpu/fused/targets.h"
// after targets.h
#include "backend/cpu/fused/compare-inl.h"

HWY_BEFORE_NAMESPACE();
namespace luge::cpu::fused::HWY_NAMESPACE {
namespace {

using Wide = std::uint64_t;

template <class T>
HWY_INLINE T rest(T a, T b) {
  return b == 0 || b == static_cast<T>(-1) ? 0 : static_cast<T>(a % b);
}
template <class T>
HWY_INLINE T quotient(T a, T b) {
  if (b == 0) return 0;
  if constexpr (std::is_signed_v<T>) {
    if (b == -1) return static_cast<T>(Wide{0} - static_cast<Wide>(a));
  }
  return static_cast<T>(a / b);
}
template <class T>
HWY_INLINE T unsigned_rest(T a, T b) {
  return b == 0 ? 0 : static_cast<T>(a % b);
}

// clang-format off
struct Copy { template <class T> static HWY_INLINE T apply(T a) { return a; } };
struct Neg { template <class T> static HWY_INLINE T apply(T a) { return static_cast<T>(Wide{0} - static_cast<Wide>(a)); } };
struct Abs { template <class T> static HWY_INLINE T apply(T a) { return a < 0 ? Neg::apply(a) : a; } };
struct Sign { template <class T> static HWY_INLINE T apply(T a) { return static_cast<T>((a > 0) - (a < 0)); } };
struct Square { template <class T> static HWY_INLINE T apply(T a) { return static_cast<T>(static_cast<Wide>(a) * static_cast<Wide>(a)); } };
struct Relu { template <class T> static HWY_INLINE T apply(T a) { return a > 0 ? a : T{0}; } };
struct Add { template <class T> static HWY_INLINE T apply(T a, T b) { return static_cast<T>(static_cast<Wide>(a) + static_cast<Wide>(b)); } };
struct Sub { template <class T> static HWY_INLINE T apply(T a, T b) { return static_cast<T>(static_cast<Wide>(a) - static_cast<Wide>(b)); } };
struct Mul { template <class T> static HWY_INLINE T apply(T a, T b) { return static_cast<T>(static_cast<Wide>(a) * static_cast<Wide>(b)); } };
struct Div { template <class T> static HWY_INLINE T apply(T a, T b) { return quotient(a, b); } };
struct Minimum { template <class T> static HWY_INLINE T apply(T a, T b) { return a < b ? a : b; } };
struct Maximum { template <class T> static HWY_INLINE T apply(T a, T b) { return a > b ? a : b; } };
struct ReluMask { template <class T> static HWY_INLINE T apply(T g, T y) { return y > 0 ? g : T{0}; } };
// clang-format on

struct Mod {
  template <class T>
  static HWY_INLINE T apply(T a, T b) {
    if constexpr (std::is_signed_v<T>) return rest(a, b);
    return unsigned_rest(a, b);
  }
};
struct Remainder {
  template <class T>
  static HWY_INLINE T apply(T a, T b) {
    const T r = Mod::apply(a, b);
    return r != 0 && (r < 0) != (b < 0) ? static_cast<T>(r + b) : r;
  }
};
struct FloorDivide {
  template <class T>
  static HWY_INLINE T apply(T a, T b) {
    return static_cast<T>(quotient(a, b) - (Mod::apply(a, b) != 0 && (a < 0) != (b < 0)));
  }
};
struct Pow {
  template <class T>
  static T apply(T base, T exponent) {
    if (exponent < 0)
      return base == 1 ? T{1} : base == static_cast<T>(-1) ? static_cast<T>(exponent % 2 ? -1 : 1) : T{0};
    Wide result = 1, factor = static_cast<Wide>(base);
    for (Wide left = static_cast<Wide>(exponent); left; left >>= 1, factor *= factor) {
      if (left & 1) result *= factor;
    }
    return static_cast<T>(result);
  }
};

template <class T>
MapFunction find(Instruction instruction) {
  using enum Instruction;
  switch (instruction) {
    case copy:
    case floor:
    case ceil:
    case round:
    case trunc: return plain_one<T, T, Copy>;
    case neg: return plain_one<T, T, Neg>;
    case abs: return plain_one<T, T, Abs>;
    case sign: return plain_one<T, T, Sign>;
    case square: return plain_one<T, T, Square>;
    case relu: return plain_one<T, T, Relu>;
    case add: return plain_two<T, T, Add>;
    case sub: return plain_two<T, T, Sub>;
    case mul: return plain_two<T, T, Mul>;
    case div: return plain_two<T, T, Div>;
    case mod: return plain_two<T, T, Mod>;
    case remainder: return plain_two<T, T, Remainder>;
    case floor_divide: return plain_two<T, T, FloorDivide>;
    case minimum: return plain_two<T, T, Minimum>;
    case maximum: return plain_two<T, T, Maximum>;
    case pow: return plain_two<T, T, Pow>;
    case relu_mask: return plain_two<T, T, ReluMask>;
    default: return nullptr;
  }
}

}  // namespace
}  // namespace luge::cpu::fused::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

namespace luge::cpu::fused {

MapFunction find_integer(Instruction instruction, DType type) {
  using namespace HWY_NAMESPACE;  // NOLINT: the baseline's
  switch (type) {
    case DType::i8: return find<std::int8_t>(instruction);
    case DType::u8: return find<std::uint8_t>(instruction);
    case DType::i16: return find<std::int16_t>(instruction);
    case DType::i32: return find<std::int32_t>(instruction);
    case DType::i64: return find<std::int64_t>(instruction);
    default: return instruction == Instruction::copy ? plain_one<std::uint8_t, std::uint8_t, Copy> : nullptr;
  }
}

MapFunction find_compare(Instruction instruction, DType type) {
  using namespace HWY_NAMESPACE;  // NOLINT: the baseline's
  switch (type) {
    case DType::f64: return compare_loop<double>(instruction);
    case DType::i8: return compare_loop<std::int8_t>(instruction);
    case DType::i16: return compare_loop<std::int16_t>(instruction);
    case DType::i32: return compare_loop<std::int32_t>(instruction);
    case DType::i64: return compare_loop<std::int64_t>(instruction);
    default: return find_compare_vector(instruction, type);  // f32, u8, and bool as 0 and 1
  }
}

}  // namespace luge::cpu::fused
