// Reductions of integers and bool, modulo 2^64. Compiled for the baseline instruction set alone.
#include "core/simd_targets.h"
// after targets.h
#include "backend/cpu/fused/reduce-inl.h"

namespace luge::cpu::fused {

ReduceFunctions find_reduce(TileReduction reduction, DType type) {
  using namespace HWY_NAMESPACE;  // NOLINT: the baseline's
  switch (type) {
    case DType::i8: return reduce_loops<std::int8_t>(reduction);
    case DType::u8:
    case DType::boolean: return reduce_loops<std::uint8_t>(reduction);
    case DType::i16: return reduce_loops<std::int16_t>(reduction);
    case DType::i32: return reduce_loops<std::int32_t>(reduction);
    case DType::i64: return reduce_loops<std::int64_t>(reduction);
    case DType::f32:
    case DType::f64: return find_real_reduce(reduction, type);
    case DType::bf16:
    case DType::f16: break;  // no register types
  }
  return {};
}

}  // namespace luge::cpu::fused
