// The meaning of every instruction on one element, from the rows of the table. The reference loops compute
// with it in double and int64; the CPU's loops in plain code compute with it in their own types.
#pragma once

#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <stdexcept>

#include "backend/instruction.h"

namespace luge::element {

/// An integer modulo two to the number of its bits. What is divided by zero becomes 0, and nothing traps.
template <std::integral I>
struct Modular {
  I value = 0;

  constexpr Modular() = default;
  constexpr explicit Modular(I given) : value(given) {}

  friend constexpr bool operator==(Modular, Modular) = default;
  friend constexpr bool operator<(Modular a, Modular b) { return a.value < b.value; }
  friend constexpr bool operator<=(Modular a, Modular b) { return a.value <= b.value; }
  friend constexpr bool operator>(Modular a, Modular b) { return a.value > b.value; }
  friend constexpr bool operator>=(Modular a, Modular b) { return a.value >= b.value; }

  // Unsigned arithmetic wraps. Each is one expression, so that compilers see that narrow vectors will do.
  friend constexpr Modular operator-(Modular a) {
    return Modular(static_cast<I>(Wide{0} - static_cast<Wide>(a.value)));
  }
  friend constexpr Modular operator+(Modular a, Modular b) {
    return Modular(static_cast<I>(static_cast<Wide>(a.value) + static_cast<Wide>(b.value)));
  }
  friend constexpr Modular operator-(Modular a, Modular b) {
    return Modular(static_cast<I>(static_cast<Wide>(a.value) - static_cast<Wide>(b.value)));
  }
  friend constexpr Modular operator*(Modular a, Modular b) {
    return Modular(static_cast<I>(static_cast<Wide>(a.value) * static_cast<Wide>(b.value)));
  }
  // The quotient of the lowest number and -1 is too large for its type, and traps.
  friend constexpr Modular operator/(Modular a, Modular b) {
    if (b.value == 0) return Modular();
    return is_minus_one(b) ? -a : Modular(static_cast<I>(a.value / b.value));
  }
  friend constexpr Modular operator%(Modular a, Modular b) {
    if (b.value == 0 || is_minus_one(b)) return Modular();
    return Modular(static_cast<I>(a.value % b.value));
  }

 private:
  using Wide = std::uint64_t;
  static constexpr bool is_minus_one(Modular x) {
    if constexpr (std::signed_integral<I>) return x.value == -1;
    return false;
  }
};

using std::abs, std::ceil, std::floor, std::pow, std::trunc;
using std::exp, std::expm1, std::log, std::log1p, std::log2, std::sqrt;
using std::sin, std::cos, std::tan, std::asin, std::acos, std::atan, std::atan2;
using std::sinh, std::cosh, std::tanh, std::asinh, std::acosh, std::atanh, std::erf, std::erfc;

template <std::floating_point T>
T round_to_even(T a) {
  return std::nearbyint(a);
}
template <std::floating_point T>
T mod(T a, T b) {
  return std::fmod(a, b);
}

template <class I>
constexpr Modular<I> abs(Modular<I> a) {
  return a < Modular<I>() ? -a : a;
}
template <class I>
constexpr Modular<I> ceil(Modular<I> a) {
  return a;
}
template <class I>
constexpr Modular<I> floor(Modular<I> a) {
  return a;
}
template <class I>
constexpr Modular<I> round_to_even(Modular<I> a) {
  return a;
}
template <class I>
constexpr Modular<I> trunc(Modular<I> a) {
  return a;
}
template <class I>
constexpr Modular<I> mod(Modular<I> a, Modular<I> b) {
  return a % b;
}
template <class I>
constexpr Modular<I> pow(Modular<I> base, Modular<I> exponent) {
  const Modular<I> one(1);
  if (exponent.value < 0) {
    if (base == one) return one;
    return base != -one ? Modular<I>() : exponent.value % 2 ? -one : one;
  }
  Modular<I> result = one, factor = base;
  for (auto left = static_cast<std::uint64_t>(exponent.value); left; left >>= 1, factor = factor * factor) {
    if (left & 1) result = result * factor;
  }
  return result;
}

/// NaN; 0 for integers, which have none.
template <class T>
constexpr T nan() {
  return std::numeric_limits<T>::quiet_NaN();
}
template <class T>
constexpr bool is_nan(T a, T b) {
  return a != a || b != b;
}

template <class T>
constexpr T remainder(T a, T b) {
  const T rest = mod(a, b);
  return rest != T(0) && (b < T(0)) != (rest < T(0)) ? rest + b : rest;
}

template <std::floating_point T>
T floor_divide(T a, T b) {
  if (b == 0) return a / b;
  const T rest = std::fmod(a, b);
  T quotient = (a - rest) / b;
  if (rest != 0 && (b < 0) != (rest < 0)) quotient -= 1;
  if (quotient == 0) return std::copysign(T(0), a / b);
  const T floor = std::floor(quotient);
  return quotient - floor > T(0.5) ? floor + 1 : floor;
}
template <class I>
constexpr Modular<I> floor_divide(Modular<I> a, Modular<I> b) {
  const Modular<I> zero;
  return a / b - Modular<I>(a % b != zero && (a < zero) != (b < zero));
}

// Both halves compute with e^-|x|, which cannot overflow.
template <std::floating_point T>
T sigmoid(T x) {
  const T power = std::exp(-std::abs(x));
  return (x < 0 ? power : T(1)) / (T(1) + power);
}

/// The operand of random_uniform does not say which element it is for.
template <class T>
T needs_index(T) {
  throw std::logic_error("random_uniform needs the index of its element");
}

/// Function<instruction>::apply(a, b, c): a number of the operands' type T, or a truth value.
template <Instruction>
struct Function;

#define LUGE_ROW(name, arity, family, cost, order, ...)                           \
  template <>                                                                     \
  struct Function<Instruction::name> {                                            \
    template <class T>                                                            \
    static constexpr auto apply([[maybe_unused]] T a, [[maybe_unused]] T b = T(), \
                                [[maybe_unused]] T c = T()) {                     \
      return __VA_ARGS__;                                                         \
    }                                                                             \
  };
LUGE_INSTRUCTIONS(LUGE_ROW)
#undef LUGE_ROW

}  // namespace luge::element
