// The loops of resize: sums of pixels by weights, along lines and across them.
#pragma once

#include <cstdint>

#include "io/image/resize_taps.h"

namespace luge::io {

/// Lines of `pixels` · `channels` values, one after the other.
struct Lines {
  std::int64_t count, pixels, channels;
};

/// Each line becomes one of taps.first.size() · channels values.
void resize_lines(const Taps<std::int32_t>& taps, const std::uint8_t* from, const Lines& size,
                  std::uint8_t* to);
void resize_lines(const Taps<float>& taps, const float* from, const Lines& size, float* to);

/// Line `row` of the result, of `length` values, from lines that lie `length` values apart.
void sum_lines(const Taps<std::int32_t>& taps, std::int64_t row, const std::uint8_t* from,
               std::int64_t length, std::uint8_t* to);
void sum_lines(const Taps<float>& taps, std::int64_t row, const float* from, std::int64_t length, float* to);

/// Pixels of interleaved channels as one plane after the other.
void split_channels(const std::uint8_t* pixels, std::int64_t area, std::int64_t channels,
                    std::uint8_t* planes);

}  // namespace luge::io
