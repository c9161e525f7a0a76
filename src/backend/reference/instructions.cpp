#include "backend/reference/instructions.h"

#include <cmath>
#include <limits>

namespace luge {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

double floor_divide(double a, double b) {
  if (b == 0) return a / b;
  const double rest = std::fmod(a, b);
  double quotient = (a - rest) / b;
  if (rest != 0 && (b < 0) != (rest < 0)) quotient -= 1;
  if (quotient == 0) return std::copysign(0.0, a / b);
  const double floor = std::floor(quotient);
  return quotient - floor > 0.5 ? floor + 1 : floor;
}

double remainder(double a, double b) {
  const double rest = std::fmod(a, b);
  return rest != 0 && (b < 0) != (rest < 0) ? rest + b : rest;
}

// Both halves compute with e^-|x|, which cannot overflow.
double sigmoid(double x) {
  const double power = std::exp(-std::abs(x));
  return (x < 0 ? power : 1.0) / (1.0 + power);
}

double unary(Instruction instruction, double a) {
  using enum Instruction;
  switch (instruction) {
    case neg: return -a;
    case abs: return std::abs(a);
    case sign: return std::isnan(a) ? a : static_cast<double>(a > 0) - static_cast<double>(a < 0);
    case sqrt: return std::sqrt(a);
    case rsqrt: return 1 / std::sqrt(a);
    case exp: return std::exp(a);
    case expm1: return std::expm1(a);
    case log: return std::log(a);
    case log1p: return std::log1p(a);
    case log2: return std::log2(a);
    case square: return a * a;
    case reciprocal: return 1 / a;
    case floor: return std::floor(a);
    case ceil: return std::ceil(a);
    case round: return std::nearbyint(a);
    case trunc: return std::trunc(a);
    case sin: return std::sin(a);
    case cos: return std::cos(a);
    case tan: return std::tan(a);
    case asin: return std::asin(a);
    case acos: return std::acos(a);
    case atan: return std::atan(a);
    case sinh: return std::sinh(a);
    case cosh: return std::cosh(a);
    case tanh: return std::tanh(a);
    case asinh: return std::asinh(a);
    case acosh: return std::acosh(a);
    case atanh: return std::atanh(a);
    case erf: return std::erf(a);
    case erfc: return std::erfc(a);
    case sigmoid: return luge::sigmoid(a);
    case relu: return a <= 0 ? 0 : a;
    case logical_not: return a == 0;
    case isnan: return std::isnan(a);
    case isinf: return std::isinf(a);
    case isfinite: return std::isfinite(a);
    default: return a;
  }
}

bool compare(Instruction instruction, auto a, auto b) {
  using enum Instruction;
  switch (instruction) {
    case equal: return a == b;
    case not_equal: return a != b;
    case less: return a < b;
    case less_equal: return a <= b;
    case greater: return a > b;
    case greater_equal: return a >= b;
    case logical_and: return a != 0 && b != 0;
    case logical_or: return a != 0 || b != 0;
    default: return (a != 0) != (b != 0);
  }
}

bool is_compare(Instruction instruction) {
  return instruction >= Instruction::equal && instruction <= Instruction::logical_xor;
}

std::int64_t wrap(std::uint64_t value) { return static_cast<std::int64_t>(value); }
std::uint64_t bits(std::int64_t value) { return static_cast<std::uint64_t>(value); }

// Modular arithmetic does not care about signs, and negating cannot overflow.
std::int64_t divide(std::int64_t a, std::int64_t b) {
  if (b == 0) return 0;
  return b == -1 ? wrap(0 - bits(a)) : a / b;
}
std::int64_t rest(std::int64_t a, std::int64_t b) { return b == 0 || b == -1 ? 0 : a % b; }

std::int64_t power(std::int64_t base, std::int64_t exponent) {
  if (exponent < 0) {
    if (base == 1) return 1;
    return base == -1 ? (exponent % 2 == 0 ? 1 : -1) : 0;
  }
  std::uint64_t result = 1, factor = bits(base);
  for (std::uint64_t left = bits(exponent); left; left >>= 1, factor *= factor) {
    if (left & 1) result *= factor;
  }
  return wrap(result);
}

template <class T>
T saturate(double value) {
  if (std::isnan(value)) return 0;
  constexpr double low = static_cast<double>(std::numeric_limits<T>::min());
  constexpr double high = static_cast<double>(std::numeric_limits<T>::max());
  if (value <= low) return std::numeric_limits<T>::min();
  return value >= high ? std::numeric_limits<T>::max() : static_cast<T>(value);
}

template <class T>
void store_as(void* data, std::int64_t index, const Element& value, bool is_real) {
  T& place = static_cast<T*>(data)[index];
  if constexpr (std::floating_point<T>) {
    place = is_real ? static_cast<T>(value.real) : static_cast<T>(value.whole);
  } else if constexpr (std::same_as<T, bool>) {
    place = is_real ? value.real != 0 : value.whole != 0;
  } else if constexpr (std::integral<T>) {
    place = is_real ? saturate<T>(value.real) : static_cast<T>(value.whole);
  } else {
    place = T(is_real ? static_cast<float>(value.real) : static_cast<float>(value.whole));
  }
}

template <class T>
Element load_as(const void* data, std::int64_t index) {
  const T value = static_cast<const T*>(data)[index];
  if constexpr (std::integral<T>)
    return {0, static_cast<std::int64_t>(value)};
  else if constexpr (std::floating_point<T>)
    return {value, 0};
  else
    return {static_cast<float>(value), 0};
}

}  // namespace

Element load_element(DType dtype, const void* data, std::int64_t index) {
  switch (dtype) {
    case DType::f32: return load_as<float>(data, index);
    case DType::f64: return load_as<double>(data, index);
    case DType::bf16: return load_as<bfloat16>(data, index);
    case DType::f16: return load_as<float16>(data, index);
    case DType::i8: return load_as<std::int8_t>(data, index);
    case DType::u8: return load_as<std::uint8_t>(data, index);
    case DType::i16: return load_as<std::int16_t>(data, index);
    case DType::i32: return load_as<std::int32_t>(data, index);
    case DType::i64: return load_as<std::int64_t>(data, index);
    default: return load_as<bool>(data, index);
  }
}

void store_element(DType dtype, void* data, std::int64_t index, const Element& value, bool is_real) {
  switch (dtype) {
    case DType::f32: return store_as<float>(data, index, value, is_real);
    case DType::f64: return store_as<double>(data, index, value, is_real);
    case DType::bf16: return store_as<bfloat16>(data, index, value, is_real);
    case DType::f16: return store_as<float16>(data, index, value, is_real);
    case DType::i8: return store_as<std::int8_t>(data, index, value, is_real);
    case DType::u8: return store_as<std::uint8_t>(data, index, value, is_real);
    case DType::i16: return store_as<std::int16_t>(data, index, value, is_real);
    case DType::i32: return store_as<std::int32_t>(data, index, value, is_real);
    case DType::i64: return store_as<std::int64_t>(data, index, value, is_real);
    default: return store_as<bool>(data, index, value, is_real);
  }
}

double apply_real(Instruction instruction, double a, double b, double c) {
  using enum Instruction;
  if (is_compare(instruction)) return compare(instruction, a, b);
  switch (instruction) {
    case add: return a + b;
    case sub: return a - b;
    case mul: return a * b;
    case div: return a / b;
    case mod: return std::fmod(a, b);
    case remainder: return luge::remainder(a, b);
    case floor_divide: return luge::floor_divide(a, b);
    case minimum: return std::isnan(a) || std::isnan(b) ? kNan : a < b ? a : b;
    case maximum: return std::isnan(a) || std::isnan(b) ? kNan : a > b ? a : b;
    case pow: return std::pow(a, b);
    case atan2: return std::atan2(a, b);
    case select: return a != 0 ? b : c;
    case relu_mask: return b > 0 ? a : 0;
    default: return unary(instruction, a);
  }
}

std::int64_t apply_whole(Instruction instruction, std::int64_t a, std::int64_t b, std::int64_t c) {
  using enum Instruction;
  if (is_compare(instruction)) return compare(instruction, a, b);
  switch (instruction) {
    case copy:
    case cast:
    case floor:
    case ceil:
    case round:
    case trunc: return a;
    case neg: return wrap(0 - bits(a));
    case abs: return a < 0 ? wrap(0 - bits(a)) : a;
    case sign: return static_cast<std::int64_t>(a > 0) - static_cast<std::int64_t>(a < 0);
    case square: return wrap(bits(a) * bits(a));
    case relu: return a > 0 ? a : 0;
    case logical_not: return a == 0;
    case isnan:
    case isinf: return 0;
    case isfinite: return 1;
    case add: return wrap(bits(a) + bits(b));
    case sub: return wrap(bits(a) - bits(b));
    case mul: return wrap(bits(a) * bits(b));
    case div: return divide(a, b);
    case mod: return rest(a, b);
    case remainder: return rest(a, b) != 0 && (rest(a, b) < 0) != (b < 0) ? rest(a, b) + b : rest(a, b);
    case floor_divide: return wrap(bits(divide(a, b)) - (rest(a, b) != 0 && (a < 0) != (b < 0)));
    case minimum: return a < b ? a : b;
    case maximum: return a > b ? a : b;
    case pow: return power(a, b);
    case select: return a ? b : c;
    case relu_mask: return b > 0 ? a : 0;
    default:
      return saturate<std::int64_t>(apply_real(instruction, static_cast<double>(a), static_cast<double>(b)));
  }
}

Element apply(Instruction instruction, DType dtype, const Element& a, const Element& b, const Element& c) {
  if (!is_floating(dtype)) return {0, apply_whole(instruction, a.whole, b.whole, c.whole)};
  if (instruction == Instruction::select) return a.whole ? b : c;
  return {apply_real(instruction, a.real, b.real, c.real), 0};
}

}  // namespace luge
