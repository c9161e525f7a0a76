// Arithmetic on integers, modulo two to the number of bits; what is divided by zero becomes 0. With it the
// comparisons of all types but the most frequent ones. Compiled for the baseline instruction set alone.
#include "core/simd_targets.h"
// after targets.h
#include "backend/cpu/fused/compare-inl.h"

HWY_BEFORE_NAMESPACE();
namespace luge::cpu::fused::HWY_NAMESPACE {
namespace {

// A scalar function on plain integers.
template <Instruction instruction>
struct OnIntegers {
  template <class T, class... Rest>
  static HWY_INLINE T apply(T a, Rest... rest) {
    using element::Modular;
    return element::Function<instruction>::apply(Modular<T>(a), Modular<T>(rest)...).value;
  }
};

template <class T>
MapFunction find(Instruction instruction) {
  return dispatch(instruction, [](auto constant) -> MapFunction {
    constexpr Instruction kInstruction = decltype(constant)::value;
    if constexpr (kInstruction != Instruction::copy &&
                  row(kInstruction).family != InstructionFamily::arithmetic) {
      return nullptr;
    } else if constexpr (arity(kInstruction) == 1) {
      return plain_one<T, T, OnIntegers<kInstruction>>;
    } else {
      return plain_two<T, T, OnIntegers<kInstruction>>;
    }
  });
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
    case DType::boolean: return instruction == Instruction::copy ? find<std::uint8_t>(instruction) : nullptr;
    case DType::f32:
    case DType::f64:
    case DType::bf16:
    case DType::f16: break;
  }
  return nullptr;
}

MapFunction find_compare(Instruction instruction, DType type) {
  using namespace HWY_NAMESPACE;  // NOLINT: the baseline's
  switch (type) {
    case DType::f64: return compare_loop<double>(instruction);
    case DType::i8: return compare_loop<std::int8_t>(instruction);
    case DType::i16: return compare_loop<std::int16_t>(instruction);
    case DType::i32: return compare_loop<std::int32_t>(instruction);
    case DType::i64: return compare_loop<std::int64_t>(instruction);
    case DType::f32:
    case DType::u8:
    case DType::boolean: return find_compare_vector(instruction, type);  // bool as 0 and 1
    case DType::bf16:
    case DType::f16: break;  // no register types
  }
  return nullptr;
}

}  // namespace luge::cpu::fused
