// noisy_curve: samples of a sine with noise.
#include "luge/data/curve.h"

#include <fmt/format.h>

#include <cmath>
#include <numbers>

#include "core/philox.h"
#include "data/sources/arrays.h"
#include "luge/error.h"

namespace luge::data {
namespace {

constexpr std::uint64_t kPositions = 1, kNoise = 2;

// Normal, from two uniform numbers. Source: Box and Muller 1958.
double normal(std::uint64_t seed, std::uint64_t index) {
  const double radius = std::sqrt(-2 * std::log(1 - philox_f64(seed, kNoise, 2 * index)));
  return radius * std::cos(2 * std::numbers::pi * philox_f64(seed, kNoise, 2 * index + 1));
}

}  // namespace

Dataset noisy_curve(const CurveOptions& options) {
  if (options.samples < 1)
    throw ValueError(fmt::format("noisy_curve: samples is {}; expected 1 or more", options.samples));
  if (!(options.noise >= 0) || std::isinf(options.noise))
    throw ValueError(
        fmt::format("noisy_curve: noise is {}; expected a finite number, 0 or more", options.noise));
  std::vector<float> x, y;
  for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(options.samples); ++i) {
    const double part = (static_cast<double>(i) + philox_f64(options.seed, kPositions, i)) /
                        static_cast<double>(options.samples);
    const double at = 2 * part - 1;
    x.push_back(static_cast<float>(at));
    y.push_back(
        static_cast<float>(std::sin(std::numbers::pi * at) + options.noise * normal(options.seed, i)));
  }
  const auto bytes = [](const std::vector<float>& values) {
    const auto view = std::as_bytes(std::span(values));
    return std::vector<std::byte>(view.begin(), view.end());
  };
  Arrays arrays;
  arrays.info.name = "curve";
  arrays.info.features = {"x"};
  arrays.info.target_name = "y";
  arrays.count = options.samples;
  arrays.add(kInput, {f32, {1}}, bytes(x));
  arrays.add(kTarget, {f32, {1}}, bytes(y));
  arrays.where = [](std::int64_t row) { return fmt::format("curve, sample {}", row); };
  return Dataset(array_source(std::move(arrays)));
}

}  // namespace luge::data
