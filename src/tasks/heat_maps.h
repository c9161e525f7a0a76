// Maps that are bright where a point is.
#pragma once

#include <cstdint>
#include <span>

#include "luge/tensor.h"

namespace luge::tasks {

/// exp(-(i - center)² / (2·sigma²)) for i from 0 to extent - 1, as a further last axis.
Tensor gaussian(const Tensor& center, std::int64_t extent, double sigma);

/// The brightest spot of a map, in pixels of the map: the center of the first is 0.
struct Peak {
  double x = 0, y = 0;
  double value = 0;
};
/// The position between pixels follows from the logarithms of the brightest pixel and its neighbors, along
/// each axis; it is exact for a Gaussian (Zhang et al. 2020). NaN where the map has a NaN.
Peak peak_of(std::span<const float> map, std::int64_t height, std::int64_t width);

}  // namespace luge::tasks
