// mel_filters: triangles over the frequencies of a Fourier transform, with equal distances in mel.
#include <fmt/format.h>

#include <cmath>

#include "data/sounds/front_end.h"
#include "luge/error.h"

namespace luge::data {
namespace {

// Slaney's scale is linear up to 1,000 Hz, and logarithmic from there.
constexpr double kLinearHertz = 200.0 / 3, kBendHertz = 1000, kBendMel = kBendHertz / kLinearHertz;
const double kLogStep = std::log(6.4) / 27;

double mel_of(double hertz, MelScale scale) {
  if (scale == MelScale::htk) return 2595 * std::log10(1 + hertz / 700);
  return hertz < kBendHertz ? hertz / kLinearHertz : kBendMel + std::log(hertz / kBendHertz) / kLogStep;
}

double hertz_of(double mel, MelScale scale) {
  if (scale == MelScale::htk) return 700 * (std::pow(10, mel / 2595) - 1);
  return mel < kBendMel ? mel * kLinearHertz : kBendHertz * std::exp(kLogStep * (mel - kBendMel));
}

}  // namespace

std::vector<float> mel_filters(const MelOptions& given) {
  MelOptions o = given;
  static_cast<SpectrogramOptions&>(o) = settled("mel_filters", given);
  const double half = static_cast<double>(o.rate) / 2, high = o.high > 0 ? o.high : half;
  if (o.bins < 1) throw ValueError(fmt::format("mel_filters: bins is {}; expected 1 or more", o.bins));
  if (!(o.low >= 0 && o.low < high && high <= half))
    throw ValueError(fmt::format(
        "mel_filters: the frequencies go from {} to {} Hz; expected 0 ≤ low < high ≤ {}, half of the rate",
        o.low, high, half));
  const double first = mel_of(o.low, o.scale), last = mel_of(high, o.scale);
  std::vector<double> corners;
  for (std::int64_t k = 0; k < o.bins + 2; ++k)
    corners.push_back(
        hertz_of(first + (last - first) * static_cast<double>(k) / static_cast<double>(o.bins + 1), o.scale));
  const std::int64_t width = o.fft / 2 + 1;
  std::vector<float> filters(static_cast<std::size_t>(o.bins * width));
  for (std::size_t m = 0; m < static_cast<std::size_t>(o.bins); ++m) {
    const double left = corners[m], top = corners[m + 1], right = corners[m + 2];
    const double height = o.norm == MelNorm::slaney ? 2 / (right - left) : 1;
    for (std::int64_t k = 0; k < width; ++k) {
      const double hertz = static_cast<double>(k * o.rate) / static_cast<double>(o.fft);
      const double weight = std::min((hertz - left) / (top - left), (right - hertz) / (right - top));
      filters[m * static_cast<std::size_t>(width) + static_cast<std::size_t>(k)] =
          static_cast<float>(height * std::max(0.0, weight));
    }
  }
  return filters;
}

}  // namespace luge::data
