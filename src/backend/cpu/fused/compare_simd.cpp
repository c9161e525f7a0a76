// Comparisons, logic, classification and choice of f32, u8 and bool registers.
#include "core/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/cpu/fused/compare_simd.cpp"
#include "hwy/foreach_target.h"
// after foreach_target.h
#include "backend/cpu/fused/compare-inl.h"

HWY_BEFORE_NAMESPACE();
namespace luge::cpu::fused::HWY_NAMESPACE {
namespace {

MapFunction find_target(Instruction instruction, DType type) {
  return type == DType::f32 ? compare_loop<float>(instruction) : compare_loop<std::uint8_t>(instruction);
}

}  // namespace
}  // namespace luge::cpu::fused::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace luge::cpu::fused {
HWY_EXPORT(find_target);
MapFunction find_compare_vector(Instruction instruction, DType type) {
  return HWY_DYNAMIC_DISPATCH(find_target)(instruction, type);
}
}  // namespace luge::cpu::fused
#endif
