// The pixels that each pixel of a resized line is made of, and their weights.
#pragma once

#include <cstdint>
#include <vector>

#include "luge/io/resize.h"

namespace luge::io {

/// Weights of bytes are whole numbers: 1 is 2^kWeightBits, so that a sum of 256 · 2 · 1 fits 32 bits.
inline constexpr int kWeightBits = 22;

/// Weights of bytes as two numbers of 16 bits.
inline constexpr int kLowerBits = 12;

template <class W>  // std::int32_t for bytes, float for numbers
struct Taps {
  std::vector<std::int64_t> first;  ///< of each output pixel: the first input pixel
  std::vector<std::int64_t> count;  ///< of each output pixel: how many there are
  std::int64_t longest = 0;         ///< the largest count
  std::int64_t stride = 0;          ///< the weights of output pixel i begin at i · stride; a multiple of 4
  std::vector<W> weights;           ///< zeros after the last one
  /// Of bytes: weights as kLowerBits lower bits and the upper ones, for each four weights a, b, c, d: upper
  /// parts abababab cdcdcdcd, then lower parts.
  std::vector<std::int16_t> parts;
};

/// Output pixels 0 … to-1 cover the part [begin, end) of a line of `from` pixels. `filter` is not nearest.
template <class W>
Taps<W> taps(ResizeFilter filter, std::int64_t from, double begin, double end, std::int64_t to);

extern template Taps<std::int32_t> taps(ResizeFilter, std::int64_t, double, double, std::int64_t);
extern template Taps<float> taps(ResizeFilter, std::int64_t, double, double, std::int64_t);

}  // namespace luge::io
