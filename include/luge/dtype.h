// Element types and the two 16-bit floating formats that C++20 lacks.
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace luge {

/// The type of the elements of a tensor.
enum class DType : std::uint8_t {
  f32,     ///< 32-bit floating point, the default
  f64,     ///< 64-bit floating point
  bf16,    ///< 16-bit floating point with the exponent of f32; see bfloat16
  f16,     ///< 16-bit floating point, IEEE binary16; see float16
  i8,      ///< 8-bit signed integer
  u8,      ///< 8-bit unsigned integer
  i16,     ///< 16-bit signed integer
  i32,     ///< 32-bit signed integer
  i64,     ///< 64-bit signed integer, the type of indices and labels
  boolean  ///< true or false, one byte
};

/// Short name of DType::f32, for calls such as zeros({2, 3}, f32).
inline constexpr DType f32 = DType::f32;
/// Short name of DType::f64.
inline constexpr DType f64 = DType::f64;
/// Short name of DType::bf16.
inline constexpr DType bf16 = DType::bf16;
/// Short name of DType::f16.
inline constexpr DType f16 = DType::f16;
/// Short name of DType::i8.
inline constexpr DType i8 = DType::i8;
/// Short name of DType::u8.
inline constexpr DType u8 = DType::u8;
/// Short name of DType::i16.
inline constexpr DType i16 = DType::i16;
/// Short name of DType::i32.
inline constexpr DType i32 = DType::i32;
/// Short name of DType::i64.
inline constexpr DType i64 = DType::i64;
/// Short name of DType::boolean.
inline constexpr DType boolean = DType::boolean;

/// A 16-bit number with the exponent of float32 and 8 significant bits. It is a storage format: arithmetic is
/// done in float32.
struct bfloat16 {
  std::uint16_t bits = 0;  ///< the bits as they are stored
  constexpr bfloat16() = default;
  /// Rounds a float to the nearest bfloat16, ties to even. NaN stays NaN.
  constexpr explicit bfloat16(float value) {
    auto u = std::bit_cast<std::uint32_t>(value);
    if ((u & 0x7fffffffu) > 0x7f800000u) {
      bits = static_cast<std::uint16_t>((u >> 16) | 0x40u);
    } else {
      bits = static_cast<std::uint16_t>((u + 0x7fffu + ((u >> 16) & 1u)) >> 16);
    }
  }
  /// Returns the number as a float. The conversion is exact.
  constexpr explicit operator float() const {
    return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
  }
};

/// A 16-bit number in the IEEE binary16 format. It is a storage format: arithmetic is done in float32.
struct float16 {
  std::uint16_t bits = 0;  ///< the bits as they are stored
  constexpr float16() = default;
  /// Rounds a float to the nearest float16, ties to even. A value that is too large becomes infinity; NaN
  /// stays NaN.
  explicit float16(float value);
  /// Returns the number as a float. The conversion is exact.
  explicit operator float() const;
};

/// Returns the size of one element in bytes.
constexpr std::size_t size_of(DType type) {
  switch (type) {
    case DType::f64:
    case DType::i64: return 8;
    case DType::f32:
    case DType::i32: return 4;
    case DType::bf16:
    case DType::f16:
    case DType::i16: return 2;
    default: return 1;
  }
}

/// Returns true for f32, f64, bf16 and f16.
constexpr bool is_floating(DType type) { return type <= DType::f16; }
/// Returns true for i8, u8, i16, i32 and i64. A boolean is not an integer.
constexpr bool is_integer(DType type) { return type >= DType::i8 && type <= DType::i64; }

/// Returns the name as messages and files write it: "f32", "i64", "bool" …
std::string_view name(DType type);

/// The DType whose elements have the C++ type T: dtype_of<float> is f32.
template <class T>
inline constexpr DType dtype_of = [] {
  if constexpr (std::same_as<T, float>) return DType::f32;
  if constexpr (std::same_as<T, double>) return DType::f64;
  if constexpr (std::same_as<T, bfloat16>) return DType::bf16;
  if constexpr (std::same_as<T, float16>) return DType::f16;
  if constexpr (std::same_as<T, std::int8_t>) return DType::i8;
  if constexpr (std::same_as<T, std::uint8_t>) return DType::u8;
  if constexpr (std::same_as<T, std::int16_t>) return DType::i16;
  if constexpr (std::same_as<T, std::int32_t>) return DType::i32;
  if constexpr (std::same_as<T, std::int64_t>) return DType::i64;
  if constexpr (std::same_as<T, bool>) return DType::boolean;
}();

}  // namespace luge
