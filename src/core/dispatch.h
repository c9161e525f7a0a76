// From a run-time DType to a C++ type: dispatch(dtype, [&]<class T>() { … }).
#pragma once

#include <concepts>
#include <utility>

#include "luge/dtype.h"

namespace luge {

template <class F>
decltype(auto) dispatch(DType type, F&& f) {
  switch (type) {
    case DType::f64: return std::forward<F>(f).template operator()<double>();
    case DType::bf16: return std::forward<F>(f).template operator()<bfloat16>();
    case DType::f16: return std::forward<F>(f).template operator()<float16>();
    case DType::i8: return std::forward<F>(f).template operator()<std::int8_t>();
    case DType::u8: return std::forward<F>(f).template operator()<std::uint8_t>();
    case DType::i16: return std::forward<F>(f).template operator()<std::int16_t>();
    case DType::i32: return std::forward<F>(f).template operator()<std::int32_t>();
    case DType::i64: return std::forward<F>(f).template operator()<std::int64_t>();
    case DType::boolean: return std::forward<F>(f).template operator()<bool>();
    case DType::f32: break;
  }
  return std::forward<F>(f).template operator()<float>();
}

template <class T>
inline constexpr bool is_half = std::same_as<T, bfloat16> || std::same_as<T, float16>;

/// One element as another C++ type; the 16-bit floats go through float.
template <class To, class From>
To convert_element(From element) {
  if constexpr (std::same_as<To, From>) {
    return element;
  } else if constexpr (is_half<From>) {
    return convert_element<To>(static_cast<float>(element));
  } else if constexpr (is_half<To>) {
    return To(static_cast<float>(element));
  } else {
    return static_cast<To>(element);
  }
}

}  // namespace luge
