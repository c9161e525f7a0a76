// Instructions on f32 and f64 registers as vectors.
#include <concepts>

#include "core/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/cpu/fused/real_simd.cpp"
#include "hwy/foreach_target.h"
// after foreach_target.h
#include "backend/cpu/fused/bodies-inl.h"
#include "backend/cpu/fused/families.h"
#include "backend/cpu/fused/vector-inl.h"

HWY_BEFORE_NAMESPACE();
namespace luge::cpu::fused::HWY_NAMESPACE {
namespace {

// A body as the loops of vector-inl.h call it.
template <Instruction instruction>
struct OnVectors {
  template <class D, class... V>
  static HWY_INLINE hn::Vec<D> apply(D, V... operands) {
    return Body<instruction>::apply(math::Vectors<hn::TFromD<D>>(), operands...);
  }
};

template <Instruction instruction, class T, class... Operands>
concept GivesNumber = std::same_as<decltype(Body<instruction>::apply(math::Vectors<T>(), Operands()...)),
                                   hn::Vec<hn::ScalableTag<T>>>;

template <class T>
MapFunction find(Instruction instruction) {
  return dispatch(instruction, [](auto constant) -> MapFunction {
    constexpr Instruction kInstruction = decltype(constant)::value;
    using V = hn::Vec<hn::ScalableTag<T>>;
    if constexpr (GivesNumber<kInstruction, T, V>) {
      return map_one<T, OnVectors<kInstruction>>;
    } else if constexpr (GivesNumber<kInstruction, T, V, V>) {
      return map_two<T, OnVectors<kInstruction>>;
    } else {
      return nullptr;
    }
  });
}

MapFunction find_target(Instruction instruction, DType type) {
  return type == DType::f32 ? find<float>(instruction) : find<double>(instruction);
}

}  // namespace
}  // namespace luge::cpu::fused::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace luge::cpu::fused {
HWY_EXPORT(find_target);
MapFunction find_vector(Instruction instruction, DType type) {
  return HWY_DYNAMIC_DISPATCH(find_target)(instruction, type);
}
}  // namespace luge::cpu::fused
#endif
