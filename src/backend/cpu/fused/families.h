// The families of map loops, one file each; find_map asks them in turn. Null: not of this family.
#pragma once

#include "backend/cpu/fused/functions.h"

namespace luge::cpu::fused {

/// f32 and f64 as vectors: the instructions that have a body in bodies-inl.h.
MapFunction find_vector(Instruction instruction, DType type);
/// Any arithmetic or function by its scalar function, one element after the other; f32 and f64.
MapFunction find_scalar(Instruction instruction, DType type);
/// Comparisons, logic, select, classification: any type to bool or between equal types.
MapFunction find_compare(Instruction instruction, DType type);
/// The same for f32, u8 and bool as vectors.
MapFunction find_compare_vector(Instruction instruction, DType type);
/// Integers and bool.
MapFunction find_integer(Instruction instruction, DType type);
/// Reductions of f32 and f64.
ReduceFunctions find_real_reduce(TileReduction reduction, DType type);
/// Between register types.
MapFunction find_cast(DType from, DType to);

}  // namespace luge::cpu::fused
