#include "backend/reference/instructions.h"

#include <cmath>
#include <limits>
#include <type_traits>

#include "backend/element_functions.h"

namespace luge {
namespace {

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
  T& slot = static_cast<T*>(data)[index];
  if constexpr (std::floating_point<T>) {
    slot = is_real ? static_cast<T>(value.real) : static_cast<T>(value.whole);
  } else if constexpr (std::same_as<T, bool>) {
    slot = is_real ? value.real != 0 : value.whole != 0;
  } else if constexpr (std::integral<T>) {
    slot = is_real ? saturate<T>(value.real) : static_cast<T>(value.whole);
  } else {
    slot = T(is_real ? static_cast<float>(value.real) : static_cast<float>(value.whole));
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
    case DType::boolean: return load_as<bool>(data, index);
  }
  throw std::logic_error("there is no such dtype");
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
    case DType::boolean: return store_as<bool>(data, index, value, is_real);
  }
  throw std::logic_error("there is no such dtype");
}

double apply_real(Instruction instruction, double a, double b, double c) {
  return dispatch(instruction, [&](auto constant) {
    return static_cast<double>(element::Function<decltype(constant)::value>::apply(a, b, c));
  });
}

std::int64_t apply_whole(Instruction instruction, std::int64_t a, std::int64_t b, std::int64_t c) {
  using Number = element::Modular<std::int64_t>;
  return dispatch(instruction, [&](auto constant) -> std::int64_t {
    constexpr Instruction kInstruction = decltype(constant)::value;
    if constexpr (row(kInstruction).family == InstructionFamily::function) {
      return saturate<std::int64_t>(apply_real(kInstruction, static_cast<double>(a), static_cast<double>(b)));
    } else if constexpr (gives_truth(kInstruction)) {
      return element::Function<kInstruction>::apply(a, b, c);
    } else {
      return element::Function<kInstruction>::apply(Number(a), Number(b), Number(c)).value;
    }
  });
}

Element apply(Instruction instruction, DType dtype, const Element& a, const Element& b, const Element& c) {
  if (!is_floating(dtype)) return {0, apply_whole(instruction, a.whole, b.whole, c.whole)};
  if (instruction == Instruction::select) return a.whole ? b : c;
  return {apply_real(instruction, a.real, b.real, c.real), 0};
}

}  // namespace luge
