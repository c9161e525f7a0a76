// Reductions of f32 and f64 tiles. Within a tile f32 is summed in f32, in many lanes; tiles are summed in
// f64. The order depends on the shape and the instruction set alone, never on the number of threads.
#include "core/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/cpu/fused/reduce_simd.cpp"
#include "hwy/foreach_target.h"
// after foreach_target.h
#include "backend/cpu/fused/reduce-inl.h"

HWY_BEFORE_NAMESPACE();
namespace luge::cpu::fused::HWY_NAMESPACE {
namespace {

ReduceFunctions find_target(TileReduction reduction, DType type) {
  return type == DType::f32 ? reduce_loops<float>(reduction) : reduce_loops<double>(reduction);
}

}  // namespace
}  // namespace luge::cpu::fused::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace luge::cpu::fused {
HWY_EXPORT(find_target);
ReduceFunctions find_real_reduce(TileReduction reduction, DType type) {
  return HWY_DYNAMIC_DISPATCH(find_target)(reduction, type);
}
}  // namespace luge::cpu::fused
#endif
