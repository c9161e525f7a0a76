// The meaning of every instruction in scalar code: what vector kernels are tested against, and what runs
// where no kernel takes an op.
#pragma once

#include <cstdint>

#include "backend/instruction.h"
#include "graph/op.h"
#include "luge/dtype.h"

namespace luge {

struct FusedAttributes;

/// One element while it is computed on: floating types as double, integers and bool as int64.
struct Element {
  double real = 0;
  std::int64_t whole = 0;
};

/// Reads or writes element `index` of dense memory. Storing rounds to nearest; integers wrap, and a number
/// too large for an integer becomes the nearest end (NaN becomes 0); bool is "not zero".
Element load_element(DType dtype, const void* data, std::int64_t index);
void store_element(DType dtype, void* data, std::int64_t index, const Element& value, bool is_real);

/// The instruction on floating numbers; truth values are 1 and 0.
/// minimum, maximum, sign and relu keep NaN; round goes to the even neighbor; mod has the sign of the
/// dividend (C's fmod), remainder and floor_divide that of the divisor (Python's).
double apply_real(Instruction instruction, double a, double b = 0, double c = 0);

/// The instruction on integers and bools, modulo 2^64. div truncates; what is divided by zero becomes 0.
/// Instructions that only mean something for real numbers go through double and truncate.
std::int64_t apply_whole(Instruction instruction, std::int64_t a, std::int64_t b = 0, std::int64_t c = 0);

/// The instruction on elements of `dtype`, except cast and random_uniform. select and relu_mask take the
/// dtype of the operands they choose from; the condition of a select comes as whole number.
Element apply(Instruction instruction, DType dtype, const Element& a, const Element& b, const Element& c);

/// Element `index` of random_uniform in a dtype: as many random bits as it holds exactly (f32 24, f64 53, f16
/// 11, bf16 8), so that 1 is never reached.
double uniform(std::int64_t seed, std::int64_t draw, std::int64_t index, DType dtype);

/// Dense operands that broadcast to call.out[0] (aligned at their last axes), element by element.
void reference_elementwise(Instruction instruction, const ReferenceCall& call);

/// A tile program, line by line.
void reference_fused(const FusedAttributes& attributes, const ReferenceCall& call);

/// The op's own reference loop, its instruction or its tile program.
bool has_loop(const AnyOp& op);
void run_reference(const AnyOp& op, const ReferenceCall& call);

}  // namespace luge
