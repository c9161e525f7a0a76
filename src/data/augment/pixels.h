// Loops over the pixels of pictures, which the compiler makes vector instructions of.
#pragma once

#include <cstdint>
#include <span>

namespace luge::data {

/// The gray picture of 1 or 3 planes; of bytes rounded down.
void gray_pixels(const std::uint8_t* pixels, std::int64_t channels, std::span<float> gray);
void gray_pixels(const float* pixels, std::int64_t channels, std::span<float> gray);
/// Moves pixels away from others: factor·pixel + (1 - factor)·other, between black and white; bytes are
/// rounded down.
void blend(std::span<std::uint8_t> pixels, std::span<const float> other, double factor);
void blend(std::span<float> pixels, std::span<const float> other, double factor);
/// factor·number + more, from 0 to 1.
void scale_numbers(std::span<float> numbers, double factor, double more);
/// to[k] = Σ weights[i]·padded[k + i].
void convolve_row(const float* padded, std::span<const float> weights, std::span<float> to);
/// to += weight·from.
void add_scaled(std::span<const float> from, float weight, std::span<float> to);

}  // namespace luge::data
