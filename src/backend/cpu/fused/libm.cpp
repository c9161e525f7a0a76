// Elementary functions by the C library, one call an element: everything of f64, where accuracy comes first,
// and the rarer ones of f32.
#include <cmath>

#include "backend/cpu/fused/families.h"

namespace luge::cpu::fused {
namespace {

template <class T, T (*F)(T)>
void one(void* out, const void* const* in, const std::size_t* step, std::size_t count) {
  T* to = static_cast<T*>(out);
  const T* a = static_cast<const T*>(in[0]);
  for (std::size_t i = 0; i < count; ++i) to[i] = F(a[i * step[0]]);
}

template <class T, T (*F)(T, T)>
void two(void* out, const void* const* in, const std::size_t* step, std::size_t count) {
  T* to = static_cast<T*>(out);
  const T* a = static_cast<const T*>(in[0]);
  const T* b = static_cast<const T*>(in[1]);
  for (std::size_t i = 0; i < count; ++i) to[i] = F(a[i * step[0]], b[i * step[1]]);
}

template <class T>
T sigmoid(T x) {
  const T power = std::exp(-std::abs(x));
  return (x < 0 ? power : T{1}) / (T{1} + power);
}

template <class T>
T remainder(T a, T b) {
  const T rest = std::fmod(a, b);
  return rest != 0 && (b < 0) != (rest < 0) ? rest + b : rest;
}

template <class T>
T floor_divide(T a, T b) {
  if (b == 0) return a / b;
  const T rest = std::fmod(a, b);
  T quotient = (a - rest) / b;
  if (rest != 0 && (b < 0) != (rest < 0)) quotient -= 1;
  if (quotient == 0) return std::copysign(T{0}, a / b);
  const T floor = std::floor(quotient);
  return quotient - floor > T{0.5} ? floor + 1 : floor;
}

template <class T>
MapFunction find(Instruction instruction) {
  using enum Instruction;
  switch (instruction) {
    case exp: return one<T, std::exp>;
    case expm1: return one<T, std::expm1>;
    case log: return one<T, std::log>;
    case log1p: return one<T, std::log1p>;
    case log2: return one<T, std::log2>;
    case sin: return one<T, std::sin>;
    case cos: return one<T, std::cos>;
    case tan: return one<T, std::tan>;
    case asin: return one<T, std::asin>;
    case acos: return one<T, std::acos>;
    case atan: return one<T, std::atan>;
    case sinh: return one<T, std::sinh>;
    case cosh: return one<T, std::cosh>;
    case tanh: return one<T, std::tanh>;
    case asinh: return one<T, std::asinh>;
    case acosh: return one<T, std::acosh>;
    case atanh: return one<T, std::atanh>;
    case erf: return one<T, std::erf>;
    case erfc: return one<T, std::erfc>;
    case sigmoid: return one<T, fused::sigmoid<T>>;
    case mod: return two<T, std::fmod>;
    case remainder: return two<T, fused::remainder<T>>;
    case floor_divide: return two<T, fused::floor_divide<T>>;
    case pow: return two<T, std::pow>;
    case atan2: return two<T, std::atan2>;
    default: return nullptr;
  }
}

}  // namespace

MapFunction find_library(Instruction instruction, DType type) {
  return type == DType::f32 ? find<float>(instruction) : find<double>(instruction);
}

MapFunction find_map(Instruction instruction, DType in, DType out) {
  if (instruction == Instruction::cast) return find_cast(in, out);
  if (MapFunction found = find_compare(instruction, in)) return found;
  if (!is_floating(in)) return find_integer(instruction, in);
  if (MapFunction found = find_arithmetic(instruction, in)) return found;
  if (in == DType::f32) {
    if (MapFunction found = find_math(instruction)) return found;
  }
  return find_library(instruction, in);
}

}  // namespace luge::cpu::fused
