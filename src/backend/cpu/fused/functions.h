// What a tile program is made of: loops over a tile of one register type, compiled for several instruction
// sets.
//
// A register holds elements as they are computed on: bf16 and f16 as f32, every other dtype as itself, bool
// as bytes 0 and 1. An operand advances with the output or stays the same: staying the same, it is a splat,
// 64 bytes of one element.
#pragma once

#include <cstddef>
#include <cstdint>

#include "backend/instruction.h"
#include "luge/dtype.h"
#include "ops/attributes/fused.h"

namespace luge::cpu::fused {

/// The dtype a register of this dtype is computed in.
constexpr DType register_type(DType dtype) {
  return dtype == DType::bf16 || dtype == DType::f16 ? DType::f32 : dtype;
}
/// What reductions accumulate in over many tiles: f64 or i64.
constexpr DType sum_type(DType dtype) { return is_floating(dtype) ? DType::f64 : DType::i64; }

inline constexpr std::size_t kSplatBytes = 64;

/// out[i] = f(in[0][i·step[0]], …) for i < count; step is 1 or 0. out may be one of the operands.
using MapFunction = void (*)(void* out, const void* const* in, const std::size_t* step, std::size_t count);
/// The loop of an instruction; `in` is the register type of the operands computed on (for select and
/// relu_mask those chosen from), `out` the result's. Null when there is none.
MapFunction find_map(Instruction instruction, DType in, DType out);

/// Copies `count` elements between memory of `dtype` (elements `stride` apart) and a register.
struct MoveFunctions {
  void (*load)(void* to, const void* from, std::ptrdiff_t stride, std::size_t count);
  void (*store)(void* to, std::ptrdiff_t stride, const void* from, std::size_t step, std::size_t count);
  void (*splat)(void* to, const void* element);  // register element to a whole splat
};
MoveFunctions find_moves(DType dtype);
/// Rounds f32 registers to what bf16 or f16 can hold; null for other dtypes.
MapFunction find_round(DType dtype);

struct ReduceFunctions {
  /// out[r] = the reduction of row r of in, rows × columns.
  void (*rows)(void* out, const void* in, std::size_t step, std::size_t rows, std::size_t columns);
  /// Takes count elements into *sum, of sum_type.
  void (*all)(void* sum, const void* in, std::size_t step, std::size_t count);
  /// Takes rows × columns elements into sum[columns].
  void (*columns)(void* sum, const void* in, std::size_t step, std::size_t rows, std::size_t columns);
  /// sum[i] = the reduction of nothing.
  void (*begin)(void* sum, std::size_t count);
  /// a[i] = a[i] and b[i] together.
  void (*join)(void* a, const void* b, std::size_t count);
  /// The register that the sums are as results.
  void (*finish)(void* out, const void* sum, std::size_t count);
};
ReduceFunctions find_reduce(TileReduction reduction, DType type);

/// Elements index … index+count of random_uniform. `key` is i64[2].
void random_tile(void* out, DType dtype, const void* key, std::uint64_t index, std::size_t count);

}  // namespace luge::cpu::fused
