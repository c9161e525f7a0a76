// What reference loops need to serve every element type: a call per C++ type, and a wide type to compute in.
#pragma once

#include <concepts>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include "luge/dtype.h"
#include "luge/error.h"

namespace luge {

/// double for floating elements, int64 for the others: the oracle loses nothing before the last rounding.
template <class T>
using Wide = std::conditional_t<std::integral<T>, std::int64_t, double>;

template <class T>
Wide<T> widen(T value) {
  if constexpr (std::same_as<T, bfloat16> || std::same_as<T, float16>) {
    return static_cast<double>(static_cast<float>(value));
  } else {
    return static_cast<Wide<T>>(value);
  }
}
template <class T>
T narrow(Wide<T> value) {
  if constexpr (std::same_as<T, bfloat16> || std::same_as<T, float16>) {
    return T(static_cast<float>(value));
  } else {
    return static_cast<T>(value);
  }
}

/// Sums and products of wide elements; those of integers wrap.
inline double plus(double a, double b) { return a + b; }
inline double times(double a, double b) { return a * b; }
inline std::int64_t plus(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}
inline std::int64_t times(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b));
}

/// Calls `body.template operator()<T>()` with the element's C++ type; `body` is a lambda []<class T>() {…}.
template <class Body>
void for_floating(DType type, Body&& body) {
  switch (type) {
    case DType::f32: return body.template operator()<float>();
    case DType::f64: return body.template operator()<double>();
    case DType::bf16: return body.template operator()<bfloat16>();
    case DType::f16: return body.template operator()<float16>();
    default: return;
  }
}
template <class Body>
void for_integer(DType type, Body&& body) {
  switch (type) {
    case DType::i8: return body.template operator()<std::int8_t>();
    case DType::u8: return body.template operator()<std::uint8_t>();
    case DType::i16: return body.template operator()<std::int16_t>();
    case DType::i32: return body.template operator()<std::int32_t>();
    case DType::i64: return body.template operator()<std::int64_t>();
    default: return;
  }
}
/// Floating and integer elements; infer has refused bool.
template <class Body>
void for_number(DType type, Body&& body) {
  is_floating(type) ? for_floating(type, body) : for_integer(type, body);
}

}  // namespace luge
