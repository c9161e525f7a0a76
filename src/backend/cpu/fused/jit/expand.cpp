// Elementwise instructions in operations on vectors: the same steps as arithmetic.cpp and math.cpp take.
#include <bit>

#include "backend/cpu/fused/jit/block.h"
#include "backend/cpu/x64/assembler.h"

namespace luge::cpu::fused::jit {

using namespace luge::cpu::x64;

namespace {

/// A value, with the operators that formulas are written with.
class Writer {
 public:
  explicit Writer(Block& block) : block_(block) {}

  int number(float value) const {
    return block_.push({.op = Op::constant, .bits = std::bit_cast<std::uint32_t>(value)});
  }
  int whole(std::int32_t value) const {
    return block_.push({.op = Op::constant, .bits = static_cast<std::uint32_t>(value)});
  }
  int op(Op op, int a, int b = -1, int c = -1, int immediate = 0) const {
    return block_.push({.op = op, .immediate = static_cast<std::uint8_t>(immediate), .a = a, .b = b, .c = c});
  }
  int add(int a, int b) const { return op(Op::add, a, b); }
  int sub(int a, int b) const { return op(Op::sub, a, b); }
  int mul(int a, int b) const { return op(Op::mul, a, b); }
  int div(int a, int b) const { return op(Op::div, a, b); }
  int multiply_add(int a, int b, int c) const { return op(Op::multiply_add, a, b, c); }
  int compare(Compare how, int a, int b) const { return op(Op::compare, a, b, -1, static_cast<int>(how)); }
  int is_nan(int a) const { return compare(Compare::unordered, a, a); }
  int either(int a, int b) const { return op(Op::mask_or, a, b); }
  int select(int mask, int a, int b) const { return op(Op::select, mask, a, b); }
  int neg(int a) const { return op(Op::bit_xor, a, sign()); }
  int abs(int a) const { return op(Op::and_not, sign(), a); }
  /// `size` has none.
  int with_sign(int size, int from) const { return op(Op::bit_or, size, op(Op::bit_and, sign(), from)); }
  int sign() const { return whole(std::int32_t{1} << 31); }
  template <class... Rest>
  int horner(int x, float first, Rest... rest) const {
    if constexpr (sizeof...(rest) == 0) {
      return number(first);
    } else {
      return multiply_add(horner(x, rest...), x, number(first));
    }
  }
  int power_of_two(int n) const { return op(Op::shift_left, op(Op::integer_add, n, whole(127)), -1, -1, 23); }

  // e^r - 1 for what is left of x without n ln 2.
  int less_one(int x, int n) const {
    int r = op(Op::negative_multiply_add, n, number(0.693145752f), x);
    r = op(Op::negative_multiply_add, n, number(1.42860677e-6f), r);
    const int p =
        horner(r, 0.5f, 0.1666666716f, 0.0416664556f, 0.00833331049f, 0.00139345415f, 0.000198919810f);
    return multiply_add(mul(r, r), p, r);
  }
  struct Reduced {
    int less_one, n;
  };
  Reduced reduce(int x) const {
    const int n = op(Op::round, mul(x, number(1.44269504f)));
    return {less_one(x, n), op(Op::to_integer, n)};
  }

  int exp(int x) const {
    const int inside = op(Op::min, op(Op::max, x, number(-104.0f)), number(89.0f));
    const Reduced reduced = reduce(inside);
    const int half = op(Op::shift_right, reduced.n, -1, -1, 1);
    const int y = mul(mul(add(reduced.less_one, number(1)), power_of_two(half)),
                      power_of_two(op(Op::integer_sub, reduced.n, half)));
    return select(is_nan(x), x, y);
  }

  // For x in [-87, 88], as vector/math-inl.h has it.
  int exp_inside(int x) const {
    const int whole = number(12582912.0f + 127), shifted = multiply_add(x, number(1.44269504f), whole);
    const int power = op(Op::shift_left, shifted, -1, -1, 23);
    return multiply_add(power, less_one(x, sub(shifted, whole)), power);
  }

  int expm1(int x) const {
    const int inside = op(Op::min, op(Op::max, x, number(-30.0f)), number(87.0f));
    const Reduced reduced = reduce(inside);
    const int scale = power_of_two(reduced.n);
    const int y = multiply_add(scale, reduced.less_one, sub(scale, number(1)));
    const int large = select(compare(Compare::greater, x, number(87.0f)), exp(x), y);
    return select(either(compare(Compare::equal, x, number(0)), is_nan(x)), x, large);
  }

  int log(int given) const {
    const int tiny = compare(Compare::less, given, number(1.17549435e-38f));
    const int x = select(tiny, mul(given, number(8388608.0f)), given);
    const int offset = op(Op::integer_sub, x, whole(0x3f3504f3));
    const int exponent = op(Op::shift_right, offset, -1, -1, 23);
    const int m = op(Op::integer_sub, x, op(Op::shift_left, exponent, -1, -1, 23));
    const int e = sub(op(Op::to_float, exponent), op(Op::keep, tiny, number(23.0f)));
    const int f = sub(m, number(1));
    const int f2 = mul(f, f);
    const int q = horner(f, 0.333333313f, -0.249999970f, 0.200007156f, -0.166678026f, 0.142490581f,
                         -0.124256872f, 0.116854198f, -0.114797339f, 0.0697161108f);
    int y = mul(mul(f, f2), q);
    y = multiply_add(e, number(1.42860677e-6f), y);
    y = op(Op::negative_multiply_add, number(0.5f), f2, y);
    y = add(y, f);
    y = multiply_add(e, number(0.693145752f), y);
    const int infinity = whole(0x7f800000);
    y = select(compare(Compare::equal, given, infinity), given, y);
    y = select(compare(Compare::equal, given, number(0)), neg(infinity), y);
    const int outside = either(compare(Compare::less, given, number(0)), is_nan(given));
    return select(outside, whole(0x7fffffff), y);
  }

  int log1p(int x) const {
    const int u = add(x, number(1));
    const int lost = sub(x, sub(u, number(1)));
    const int log_u = log(u);
    const int y = add(log_u, div(lost, u));
    const int finite = op(Op::mask_and, compare(Compare::greater, u, number(0)),
                          compare(Compare::less, u, whole(0x7f800000)));
    return select(compare(Compare::equal, u, number(1)), x, select(finite, y, log_u));
  }

  int sigmoid(int x) const {
    const int one = number(1), power = exp(neg(abs(x)));
    const int top = select(compare(Compare::less, x, number(0)), power, one);
    return div(top, add(one, power));
  }

  int tanh(int x) const {
    const int one = number(1), size = abs(x), z = mul(x, x);
    const int p = horner(z, -0.333333313f, 0.133332506f, -0.0539481714f, 0.0216894057f, -0.00811350718f,
                         0.00206062151f);
    const int small = multiply_add(mul(x, z), p, x);
    const int power = exp_inside(mul(op(Op::min, size, number(10)), number(2)));
    const int large = with_sign(sub(one, div(number(2), add(power, one))), x);
    return select(compare(Compare::greater_equal, size, number(0.6f)), large, small);
  }

  int erf(int x) const {
    const int one = number(1), size = abs(x), z = mul(x, x);
    const int p = horner(z, 0.128379166f, -0.376126379f, 0.112837821f, -0.0268654302f, 0.00522103161f,
                         -0.000848408032f, 0.000112659589f, -9.66704465e-6f);
    const int small = multiply_add(x, p, x);
    const int t = op(Op::min, size, number(4));
    const int q = horner(t, 1.12894392f, 0.634014130f, 0.108035505f, -0.0252686404f, 0.00435748650f,
                         -0.000511809660f, 3.60835475e-5f, -1.13846556e-6f);
    const int large = with_sign(sub(one, exp_inside(neg(mul(t, q)))), x);
    return select(compare(Compare::greater_equal, size, one), large, small);
  }

  int extreme(Compare how, int a, int b) const { return select(either(compare(how, a, b), is_nan(a)), a, b); }
  int sign_of(int a) const {
    const int zero = number(0);
    const int one = select(compare(Compare::greater, a, zero), number(1), a);
    return select(compare(Compare::less, a, zero), number(-1), one);
  }

 private:
  Block& block_;
};

int one_operand(const Writer& w, Instruction instruction, int a) {
  using enum Instruction;
  switch (instruction) {
    case copy: return a;
    case neg: return w.neg(a);
    case abs: return w.abs(a);
    case sign: return w.sign_of(a);
    case sqrt: return w.op(Op::sqrt, a);
    case rsqrt: return w.div(w.number(1), w.op(Op::sqrt, a));
    case square: return w.mul(a, a);
    case reciprocal: return w.div(w.number(1), a);
    case floor: return w.op(Op::round, a, -1, -1, 1);
    case ceil: return w.op(Op::round, a, -1, -1, 2);
    case round: return w.op(Op::round, a, -1, -1, 0);
    case trunc: return w.op(Op::round, a, -1, -1, 3);
    case relu: return w.op(Op::keep, w.compare(Compare::not_less_equal, a, w.number(0)), a);
    case exp: return w.exp(a);
    case expm1: return w.expm1(a);
    case log: return w.log(a);
    case log1p: return w.log1p(a);
    case sigmoid: return w.sigmoid(a);
    case tanh: return w.tanh(a);
    case erf: return w.erf(a);
    case isnan: return w.is_nan(a);
    default: return -1;
  }
}

int two_operands(const Writer& w, Instruction instruction, int a, int b) {
  using enum Instruction;
  switch (instruction) {
    case add: return w.add(a, b);
    case sub: return w.sub(a, b);
    case mul: return w.mul(a, b);
    case div: return w.div(a, b);
    case minimum: return w.extreme(Compare::less, a, b);
    case maximum: return w.extreme(Compare::greater, a, b);
    case relu_mask: return w.op(Op::keep, w.compare(Compare::greater, b, w.number(0)), a);
    case equal: return w.compare(Compare::equal, a, b);
    case not_equal: return w.compare(Compare::not_equal, a, b);
    case less: return w.compare(Compare::less, a, b);
    case less_equal: return w.compare(Compare::less_equal, a, b);
    case greater: return w.compare(Compare::greater, a, b);
    case greater_equal: return w.compare(Compare::greater_equal, a, b);
    default: return -1;
  }
}

int of_masks(const Writer& w, Instruction instruction, int a, int b) {
  using enum Instruction;
  switch (instruction) {
    case copy: return a;
    case logical_not: return w.op(Op::mask_not, a);
    case logical_and: return w.op(Op::mask_and, a, b);
    case logical_or: return w.op(Op::mask_or, a, b);
    case not_equal:
    case logical_xor: return w.op(Op::mask_xor, a, b);
    default: return -1;
  }
}

}  // namespace

// To the nearest, ties to even; a NaN stays one.
int round_to_bf16(Block& block, int value) {
  const Writer w(block);
  const int odd = w.op(Op::bit_and, w.op(Op::shift_right, value, -1, -1, 16), w.whole(1));
  const int nearest = w.op(Op::integer_add, w.op(Op::integer_add, value, w.whole(0x7fff)), odd);
  const int chosen = w.select(w.is_nan(value), w.op(Op::bit_or, value, w.whole(0x400000)), nearest);
  return w.op(Op::bit_and, chosen, w.whole(-0x10000));
}

int expand(Block& block, Instruction instruction, DType from, DType to, const int* sources) {
  const Writer w(block);
  if (instruction == Instruction::cast) {
    if (from == to) return sources[0];
    if (to == DType::boolean && from == DType::f32)
      return w.compare(Compare::not_equal, sources[0], w.number(0));
    return from == DType::boolean && to == DType::f32 ? w.op(Op::keep, sources[0], w.number(1)) : -1;
  }
  if (instruction == Instruction::select)
    return from == DType::f32 ? w.select(sources[0], sources[1], sources[2]) : -1;
  if (from == DType::boolean) return of_masks(w, instruction, sources[0], sources[1]);
  if (from != DType::f32) return -1;
  return arity(instruction) == 2 ? two_operands(w, instruction, sources[0], sources[1])
                                 : one_operand(w, instruction, sources[0]);
}

}  // namespace luge::cpu::fused::jit
