// Loops over the pixels of pictures.
#include <algorithm>
#include <concepts>

#include "data/augment/pixels.h"

namespace luge::data {
namespace {

// The weights that torchvision takes: ITU-R 601 with four digits.
constexpr float kRed = 0.2989f, kGreen = 0.587f, kBlue = 0.114f;

template <class T>
void gray_into(const T* pixels, std::int64_t channels, std::span<float> gray) {
  const std::size_t area = gray.size();
  if (channels == 1) {
    for (std::size_t k = 0; k < area; ++k) gray[k] = static_cast<float>(pixels[k]);
    return;
  }
  const T *red = pixels, *green = pixels + area, *blue = pixels + 2 * area;
  float* to = gray.data();
  for (std::size_t k = 0; k < area; ++k) {
    const float made = kRed * static_cast<float>(red[k]) + kGreen * static_cast<float>(green[k]) +
                       kBlue * static_cast<float>(blue[k]);
    to[k] = std::same_as<T, float> ? made : static_cast<float>(static_cast<int>(made));
  }
}

}  // namespace

void gray_pixels(const std::uint8_t* pixels, std::int64_t channels, std::span<float> gray) {
  gray_into(pixels, channels, gray);
}
void gray_pixels(const float* pixels, std::int64_t channels, std::span<float> gray) {
  gray_into(pixels, channels, gray);
}

void blend(std::span<std::uint8_t> pixels, std::span<const float> other, double by) {
  std::uint8_t* to = pixels.data();
  const float* from = other.data();
  const auto factor = static_cast<float>(by), rest = static_cast<float>(1 - by);
  const std::size_t count = pixels.size();
  for (std::size_t k = 0; k < count; ++k) {
    const float mixed = factor * static_cast<float>(to[k]) + rest * from[k];
    to[k] = static_cast<std::uint8_t>(static_cast<int>(std::min(255.0f, std::max(0.0f, mixed))));
  }
}

void blend(std::span<float> pixels, std::span<const float> other, double by) {
  float* to = pixels.data();
  const float* from = other.data();
  const auto factor = static_cast<float>(by), rest = static_cast<float>(1 - by);
  const std::size_t count = pixels.size();
  for (std::size_t k = 0; k < count; ++k)
    to[k] = std::min(1.0f, std::max(0.0f, factor * to[k] + rest * from[k]));
}

void scale_numbers(std::span<float> numbers, double by, double more) {
  float* to = numbers.data();
  const auto factor = static_cast<float>(by), rest = static_cast<float>(more);
  const std::size_t count = numbers.size();
  for (std::size_t k = 0; k < count; ++k) to[k] = std::min(1.0f, std::max(0.0f, factor * to[k] + rest));
}

void convolve_row(const float* padded, std::span<const float> weights, std::span<float> to) {
  std::fill(to.begin(), to.end(), 0.0f);
  float* at = to.data();
  const std::size_t count = to.size();
  for (std::size_t tap = 0; tap < weights.size(); ++tap) {
    const float weight = weights[tap];
    const float* from = padded + tap;
    for (std::size_t k = 0; k < count; ++k) at[k] += weight * from[k];
  }
}

void add_scaled(std::span<const float> from, float weight, std::span<float> to) {
  float* at = to.data();
  const float* source = from.data();
  const std::size_t count = to.size();
  for (std::size_t k = 0; k < count; ++k) at[k] += weight * source[k];
}

}  // namespace luge::data
