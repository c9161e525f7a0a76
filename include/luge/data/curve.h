// Samples of one curve with noise, on which too simple and too large models can be seen.
#pragma once

#include <cstdint>

#include "luge/data/dataset.h"

namespace luge::data {

/// Options of noisy_curve.
struct CurveOptions {
  std::int64_t samples = 20;  ///< the number of samples
  double noise = 0.3;         ///< the standard deviation of what is added to the curve
  std::uint64_t seed = 0;     ///< another number draws other samples
};

/// Returns samples of y = sin(πx) with normal noise: x f32[1], one at random in each of as many equal parts
/// of -1 … 1 in ascending order, and y f32[1]. Throws ValueError for fewer than 1 sample and for a noise that
/// is negative or not finite. Source: Bishop 2006, section 1.1.
Dataset noisy_curve(const CurveOptions& options = {});

}  // namespace luge::data
