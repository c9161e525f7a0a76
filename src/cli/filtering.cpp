#include "cli/filtering.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "luge/error.h"
#include "luge/ops/convolution.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"

namespace luge::cli {
namespace {

constexpr float kLargest = 255;

// [1,H,W,C] as the channels of one picture after the other: [C,1,H,W].
Tensor planes_of(const io::Image& picture) {
  std::vector<float> values(picture.pixels.begin(), picture.pixels.end());
  const Tensor pixels = tensor(values, {picture.height, picture.width, picture.channels});
  return reshape(permute(pixels, {2, 0, 1}), {picture.channels, 1, picture.height, picture.width});
}

// Whether the weights of one kernel add up to 0: it answers to differences alone.
bool is_difference(const Tensor& kernel) {
  if (kernel.extent(0) != 1) return false;
  const auto weights = kernel.to_vector<float>();
  double sum = 0, size = 0;
  for (const float weight : weights) sum += weight, size += std::abs(weight);
  return std::abs(sum) <= 1e-6 * size;
}

float level(float value, Levels levels) {
  if (levels == Levels::absolute) return std::abs(value);
  return levels == Levels::center ? 128 + value / 2 : value;
}

void check_fits(const io::Image& picture, const std::string& name, const Tensor& kernel,
                const FilterSettings& settings) {
  const std::int64_t height = kernel.extent(2), width = kernel.extent(3);
  if (height > picture.height || width > picture.width) {
    throw ShapeError(fmt::format(
        "filter {}: the picture is {} x {} and the kernel {} x {}; expected a picture of at least that size",
        name, picture.height, picture.width, height, width));
  }
  if (settings.border == Border::zeros || settings.padding != PaddingMode::full) return;
  const std::int64_t more = settings.border == Border::reflect ? 1 : 0;
  if (height - 1 + more > picture.height || width - 1 + more > picture.width) {
    throw ShapeError(
        fmt::format("filter {}: a picture of {} x {} does not give as many pixels as full "
                    "padding needs; expected border=zeros",
                    name, picture.height, picture.width));
  }
}

}  // namespace

std::pair<std::int64_t, std::int64_t> filtered_size(const io::Image& picture, const Tensor& kernel,
                                                    PaddingMode padding) {
  const std::int64_t rows = kernel.extent(2) - 1, columns = kernel.extent(3) - 1;
  switch (padding) {
    case PaddingMode::valid: return {picture.height - rows, picture.width - columns};
    case PaddingMode::full: return {picture.height + rows, picture.width + columns};
    default: return {picture.height, picture.width};
  }
}

Filtered filtered(const io::Image& picture, const std::string& name, const Tensor& kernel,
                  const FilterSettings& settings) {
  check_fits(picture, name, kernel, settings);
  Tensor found =
      conv2d(planes_of(picture), kernel, {}, {.padding = settings.padding, .border = settings.border});
  if (kernel.extent(0) > 1) found = sqrt(sum(square(found), {1}, keep_dims));
  Filtered result{{found.extent(2), found.extent(3), picture.channels, {}}, settings.levels};
  if (result.levels == Levels::automatic)
    result.levels = is_difference(kernel) ? Levels::absolute : Levels::clip;
  const auto values = found.to_vector<float>();
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  result.low = *low;
  result.high = *high;
  result.picture.pixels.resize(values.size());
  const auto gain = static_cast<float>(settings.gain);
  const auto channels = static_cast<std::size_t>(picture.channels), area = values.size() / channels;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const float wanted = std::round(level(values[i] * gain, result.levels)),
                kept = std::clamp(wanted, 0.0f, kLargest);
    if (kept != wanted) ++result.outside;
    result.picture.pixels[i % area * channels + i / area] = static_cast<std::uint8_t>(kept);
  }
  return result;
}

}  // namespace luge::cli
