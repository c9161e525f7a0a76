// Elementwise instructions in operations on vectors: their bodies and formulas, which the tile loops use with
// Highway's vectors, written down instead of computed.
#include <bit>

#include "core/simd_targets.h"
// after targets.h
#include "backend/cpu/fused/bodies-inl.h"
#include "backend/cpu/fused/jit/block.h"
#include "backend/cpu/x64/assembler.h"

namespace luge::cpu::fused::jit {
namespace {

using x64::Compare;
namespace bodies = HWY_NAMESPACE;  // for no instruction set: nothing is computed here

/// The second model of the vector operations (cpu/vector/algebra-inl.h): each appends an operation to a
/// block. Types hold the number of a value in the block.
class Expressions {
 public:
  struct Float {
    int value;
  };
  struct Whole {
    int value;
  };
  /// A comparison is appended where it is first used: what uses it may want the opposite.
  struct Mask {
    Operation operation = {};
    int value = -1;  // where it is already, or -1
  };
  static constexpr bool is_f32 = true;

  explicit Expressions(Block& block) : block_(&block) {}

  Float number(float value) const { return {constant(std::bit_cast<std::uint32_t>(value))}; }
  Whole whole(std::int32_t value) const { return {constant(static_cast<std::uint32_t>(value))}; }

  Float add(Float a, Float b) const { return {push(Op::add, a.value, b.value)}; }
  Float sub(Float a, Float b) const { return {push(Op::sub, a.value, b.value)}; }
  Float mul(Float a, Float b) const { return {push(Op::mul, a.value, b.value)}; }
  Float div(Float a, Float b) const { return {push(Op::div, a.value, b.value)}; }
  Float sqrt(Float a) const { return {push(Op::sqrt, a.value)}; }
  Float min(Float a, Float b) const { return {push(Op::min, a.value, b.value)}; }
  Float max(Float a, Float b) const { return {push(Op::max, a.value, b.value)}; }
  Float multiply_add(Float a, Float b, Float c) const {
    return {push(Op::multiply_add, a.value, b.value, c.value)};
  }
  Float negative_multiply_add(Float a, Float b, Float c) const {
    return {push(Op::negative_multiply_add, a.value, b.value, c.value)};
  }
  Float neg(Float a) const { return {push(Op::bit_xor, a.value, sign())}; }
  Float abs(Float a) const { return {push(Op::and_not, sign(), a.value)}; }
  Float with_sign(Float size, Float from) const {
    return {push(Op::bit_or, size.value, push(Op::bit_and, sign(), from.value))};
  }
  Float round(Float a) const { return rounded(a, 0); }
  Float floor(Float a) const { return rounded(a, 1); }
  Float ceil(Float a) const { return rounded(a, 2); }
  Float trunc(Float a) const { return rounded(a, 3); }

  Whole bits(Float a) const { return {a.value}; }
  Float of_bits(Whole a) const { return {a.value}; }
  Whole to_whole(Float a) const { return {push(Op::to_integer, a.value)}; }
  Float to_float(Whole a) const { return {push(Op::to_float, a.value)}; }
  Whole add(Whole a, Whole b) const { return {push(Op::integer_add, a.value, b.value)}; }
  Whole sub(Whole a, Whole b) const { return {push(Op::integer_sub, a.value, b.value)}; }
  Whole bit_and(Whole a, Whole b) const { return {push(Op::bit_and, a.value, b.value)}; }
  Whole bit_or(Whole a, Whole b) const { return {push(Op::bit_or, a.value, b.value)}; }
  template <int Bits>
  Whole shift_left(Whole a) const {
    return {push(Op::shift_left, a.value, -1, -1, Bits)};
  }
  template <int Bits>
  Whole shift_right(Whole a) const {
    return {push(Op::shift_right, a.value, -1, -1, Bits)};
  }

  Mask equal(Float a, Float b) const { return compare(Compare::equal, a, b); }
  Mask not_equal(Float a, Float b) const { return compare(Compare::not_equal, a, b); }
  Mask less(Float a, Float b) const { return compare(Compare::less, a, b); }
  Mask less_equal(Float a, Float b) const { return compare(Compare::less_equal, a, b); }
  Mask greater(Float a, Float b) const { return compare(Compare::greater, a, b); }
  Mask greater_equal(Float a, Float b) const { return compare(Compare::greater_equal, a, b); }
  Mask is_nan(Float a) const { return compare(Compare::unordered, a, a); }
  Mask both(Mask a, Mask b) const { return {.value = push(Op::mask_and, number_of(a), number_of(b))}; }
  Mask either(Mask a, Mask b) const { return {.value = push(Op::mask_or, number_of(a), number_of(b))}; }
  Mask one_of(Mask a, Mask b) const { return {.value = push(Op::mask_xor, number_of(a), number_of(b))}; }
  Mask inverse(Mask a) const {
    if (a.value >= 0) return {.value = push(Op::mask_not, a.value)};
    a.operation.immediate ^= 4;  // the opposite comparison, also with a NaN
    return a;
  }

  Float select(Mask mask, Float a, Float b) const {
    return {push(Op::select, number_of(mask), a.value, b.value)};
  }
  Float keep(Mask mask, Float a) const { return {push(Op::keep, number_of(mask), a.value)}; }
  Float discard(Mask mask, Float a) const { return keep(inverse(mask), a); }

  int number_of(Float a) const { return a.value; }
  int number_of(const Mask& a) const { return a.value >= 0 ? a.value : block_->push(a.operation); }

 private:
  int push(Op op, int a, int b = -1, int c = -1, int immediate = 0) const {
    return block_->push(
        {.op = op, .immediate = static_cast<std::uint8_t>(immediate), .a = a, .b = b, .c = c});
  }
  int constant(std::uint32_t bits) const { return block_->push({.op = Op::constant, .bits = bits}); }
  int sign() const { return constant(std::uint32_t{1} << 31); }
  Float rounded(Float a, int how) const { return {push(Op::round, a.value, -1, -1, how)}; }
  static Mask compare(Compare how, Float a, Float b) {
    return {{.op = Op::compare, .immediate = static_cast<std::uint8_t>(how), .a = a.value, .b = b.value}};
  }

  Block* block_;
};

// What the instruction's body appends for operands of these kinds; -1 when it has no body for them.
template <Instruction instruction, class... Operands>
int append_body_of(Expressions v, Operands... operands) {
  if constexpr (requires { bodies::Body<instruction>::apply(v, operands...); }) {
    return v.number_of(bodies::Body<instruction>::apply(v, operands...));
  }
  return -1;
}
template <class... Operands>
int append_body(Expressions v, Instruction instruction, Operands... operands) {
  return dispatch(instruction,
                  [=](auto constant) { return append_body_of<decltype(constant)::value>(v, operands...); });
}

template <class Operand>
int append_body(Expressions v, Instruction instruction, const int* sources) {
  const auto operand = [&](int k) {
    Operand result{};
    result.value = sources[k];
    return result;
  };
  return arity(instruction) == 2 ? append_body(v, instruction, operand(0), operand(1))
                                 : append_body(v, instruction, operand(0));
}

int append_cast(Expressions v, DType from, DType to, int source) {
  if (from == to) return source;
  const Expressions::Float number{source};
  const Expressions::Mask truth{.value = source};
  if (from == DType::f32 && to == DType::boolean) return v.number_of(v.not_equal(number, v.number(0)));
  if (from == DType::boolean && to == DType::f32) return v.number_of(v.keep(truth, v.number(1)));
  return -1;
}

}  // namespace

// To the nearest, ties to even; a NaN stays one.
int round_to_bf16(Block& block, int value) {
  const Expressions v(block);
  const Expressions::Float given{value};
  const auto odd = v.bit_and(v.shift_right<16>(v.bits(given)), v.whole(1));
  const auto nearest = v.add(v.add(v.bits(given), v.whole(0x7fff)), odd);
  const auto quiet = v.bit_or(v.bits(given), v.whole(0x400000));
  const auto chosen = v.select(v.is_nan(given), v.of_bits(quiet), v.of_bits(nearest));
  return v.bit_and(v.bits(chosen), v.whole(-0x10000)).value;
}

int expand(Block& block, Instruction instruction, DType from, DType to, const int* sources) {
  const Expressions v(block);
  if (instruction == Instruction::cast) return append_cast(v, from, to, sources[0]);
  if (instruction == Instruction::select) {
    if (from != DType::f32) return -1;
    return append_body(v, instruction, Expressions::Mask{.value = sources[0]}, Expressions::Float{sources[1]},
                       Expressions::Float{sources[2]});
  }
  if (from == DType::boolean) return append_body<Expressions::Mask>(v, instruction, sources);
  return from == DType::f32 ? append_body<Expressions::Float>(v, instruction, sources) : -1;
}

}  // namespace luge::cpu::fused::jit
