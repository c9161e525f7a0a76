// The elementwise instructions, one row each: everything that is known about an instruction, except for its
// vector body (backend/cpu/fused/bodies-inl.h), which it can do without.
//
// ROW(name, arity, family, cost, order, value)
//   arity   number of operands
//   family  what it computes on and gives: InstructionFamily in instruction.h
//   cost    InstructionCost in instruction.h
//   order   commutes or ordered: whether the two operands may be swapped
//   value   the result, from operands a, b and c of a type T: float, double or an integer that wraps
//           (Modular in element_functions.h); only float and double where the family is `function`. Functions
//           are those of element_functions.h.
#pragma once

// clang-format off
#define LUGE_INSTRUCTIONS(ROW)                                                                              \
  ROW(copy,           1, copying,        cheap,    ordered,  a)                                             \
  ROW(cast,           1, copying,        cheap,    ordered,  a)  /* what is stored has another dtype */     \
  ROW(neg,            1, arithmetic,     cheap,    ordered,  -a)                                            \
  ROW(abs,            1, arithmetic,     cheap,    ordered,  abs(a))                                        \
  ROW(sign,           1, arithmetic,     plain,    ordered,  a != a ? a : T(a > T(0)) - T(a < T(0)))        \
  ROW(sqrt,           1, function,       division, ordered,  sqrt(a))                                       \
  ROW(rsqrt,          1, function,       division, ordered,  1 / sqrt(a))                                   \
  ROW(exp,            1, function,       function, ordered,  exp(a))                                        \
  ROW(expm1,          1, function,       function, ordered,  expm1(a))                                      \
  ROW(log,            1, function,       function, ordered,  log(a))                                        \
  ROW(log1p,          1, function,       function, ordered,  log1p(a))                                      \
  ROW(log2,           1, function,       function, ordered,  log2(a))                                       \
  ROW(square,         1, arithmetic,     plain,    ordered,  a * a)                                         \
  ROW(reciprocal,     1, function,       division, ordered,  1 / a)                                         \
  ROW(floor,          1, arithmetic,     plain,    ordered,  floor(a))                                      \
  ROW(ceil,           1, arithmetic,     plain,    ordered,  ceil(a))                                       \
  ROW(round,          1, arithmetic,     plain,    ordered,  round_to_even(a))                              \
  ROW(trunc,          1, arithmetic,     plain,    ordered,  trunc(a))                                      \
  ROW(sin,            1, function,       function, ordered,  sin(a))                                        \
  ROW(cos,            1, function,       function, ordered,  cos(a))                                        \
  ROW(tan,            1, function,       function, ordered,  tan(a))                                        \
  ROW(asin,           1, function,       function, ordered,  asin(a))                                       \
  ROW(acos,           1, function,       function, ordered,  acos(a))                                       \
  ROW(atan,           1, function,       function, ordered,  atan(a))                                       \
  ROW(sinh,           1, function,       function, ordered,  sinh(a))                                       \
  ROW(cosh,           1, function,       function, ordered,  cosh(a))                                       \
  ROW(tanh,           1, function,       function, ordered,  tanh(a))                                       \
  ROW(asinh,          1, function,       function, ordered,  asinh(a))                                      \
  ROW(acosh,          1, function,       function, ordered,  acosh(a))                                      \
  ROW(atanh,          1, function,       function, ordered,  atanh(a))                                      \
  ROW(erf,            1, function,       function, ordered,  erf(a))                                        \
  ROW(erfc,           1, function,       function, ordered,  erfc(a))                                       \
  ROW(sigmoid,        1, function,       function, ordered,  sigmoid(a))                                    \
  ROW(relu,           1, arithmetic,     cheap,    ordered,  a <= T(0) ? T(0) : a)  /* keeps NaN */         \
  ROW(logical_not,    1, logic,          cheap,    ordered,  a == T(0))                                     \
  ROW(isnan,          1, classification, plain,    ordered,  a != a)                                        \
  ROW(isinf,          1, classification, plain,    ordered,  a == a && a - a != T(0))                       \
  ROW(isfinite,       1, classification, plain,    ordered,  a - a == T(0))                                 \
  ROW(add,            2, arithmetic,     cheap,    commutes, a + b)                                         \
  ROW(sub,            2, arithmetic,     cheap,    ordered,  a - b)                                         \
  ROW(mul,            2, arithmetic,     cheap,    commutes, a * b)                                         \
  ROW(div,            2, arithmetic,     division, ordered,  a / b)                                         \
  ROW(mod,            2, arithmetic,     function, ordered,  mod(a, b))  /* the dividend's sign */          \
  ROW(remainder,      2, arithmetic,     function, ordered,  remainder(a, b))  /* the divisor's sign */     \
  ROW(floor_divide,   2, arithmetic,     function, ordered,  floor_divide(a, b))                            \
  ROW(minimum,        2, arithmetic,     cheap,    commutes, is_nan(a, b) ? nan<T>() : a < b ? a : b)       \
  ROW(maximum,        2, arithmetic,     cheap,    commutes, is_nan(a, b) ? nan<T>() : a > b ? a : b)       \
  ROW(pow,            2, arithmetic,     function, ordered,  pow(a, b))                                     \
  ROW(atan2,          2, function,       function, ordered,  atan2(a, b))                                   \
  ROW(equal,          2, comparison,     cheap,    commutes, a == b)                                        \
  ROW(not_equal,      2, comparison,     cheap,    commutes, a != b)                                        \
  ROW(less,           2, comparison,     cheap,    ordered,  a < b)                                         \
  ROW(less_equal,     2, comparison,     cheap,    ordered,  a <= b)                                        \
  ROW(greater,        2, comparison,     cheap,    ordered,  a > b)                                         \
  ROW(greater_equal,  2, comparison,     cheap,    ordered,  a >= b)                                        \
  ROW(logical_and,    2, logic,          cheap,    commutes, (a != T(0)) & (b != T(0)))                     \
  ROW(logical_or,     2, logic,          cheap,    commutes, (a != T(0)) | (b != T(0)))                     \
  ROW(logical_xor,    2, logic,          cheap,    commutes, (a != T(0)) != (b != T(0)))                    \
  ROW(select,         3, copying,        cheap,    ordered,  a != T(0) ? b : c)                             \
  ROW(relu_mask,      2, arithmetic,     cheap,    ordered,  b > T(0) ? a : T(0))  /* of g and y */        \
  ROW(random_uniform, 1, random,         cheap,    ordered,  needs_index(a))  /* of a key, i64[2] */
// clang-format on
