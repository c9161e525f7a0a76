#include "io/image/resize_taps.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <type_traits>

namespace luge::io {
namespace {

double sinc(double x) { return x == 0 ? 1.0 : std::sin(x * std::numbers::pi) / (x * std::numbers::pi); }

double radius(ResizeFilter filter) {
  switch (filter) {
    case ResizeFilter::bilinear: return 1;
    case ResizeFilter::bicubic: return 2;
    case ResizeFilter::lanczos: return 3;
    case ResizeFilter::nearest:
    case ResizeFilter::area: break;
  }
  return 0.5;
}

double value(ResizeFilter filter, double x) {
  const double distance = std::abs(x);
  switch (filter) {
    case ResizeFilter::bilinear: return std::max(0.0, 1 - distance);
    case ResizeFilter::bicubic: {
      constexpr double a = -0.5;
      if (distance < 1) return ((a + 2) * distance - (a + 3)) * distance * distance + 1;
      return distance < 2 ? ((distance - 5) * distance + 8) * distance * a - 4 * a : 0;
    }
    case ResizeFilter::lanczos: return distance < 3 ? sinc(x) * sinc(x / 3) : 0;
    case ResizeFilter::nearest:
    case ResizeFilter::area: break;
  }
  return x > -0.5 && x <= 0.5 ? 1 : 0;
}

template <class W>
W weight_of(double weight) {
  if constexpr (std::is_floating_point_v<W>) return static_cast<W>(weight);
  const double scaled = weight * (1 << kWeightBits);
  return static_cast<W>(scaled + (scaled < 0 ? -0.5 : 0.5));
}

void split_weights(Taps<std::int32_t>& taps) {
  constexpr std::int32_t kLower = (1 << kLowerBits) - 1;
  taps.parts.resize(taps.weights.size() * 8);
  std::int16_t* to = taps.parts.data();
  for (std::size_t k = 0; k < taps.weights.size(); k += 4) {
    for (const bool upper : {true, false}) {
      for (std::size_t i = 0; i < 16; ++i) {
        const std::int32_t weight = taps.weights[k + i / 8 * 2 + i % 2];
        *to++ = static_cast<std::int16_t>(upper ? weight >> kLowerBits : weight & kLower);
      }
    }
  }
}

}  // namespace

template <class W>
Taps<W> taps(ResizeFilter filter, std::int64_t from, double begin, double end, std::int64_t to) {
  const double scale = (end - begin) / static_cast<double>(to), wide = std::max(scale, 1.0);
  const double reach = radius(filter) * wide;
  Taps<W> all;
  const auto most = static_cast<std::int64_t>(std::ceil(reach)) * 2 + 1;
  all.stride = (std::min(most, from) + 3) / 4 * 4;
  all.weights.assign(static_cast<std::size_t>(all.stride * to), W{});
  std::vector<double> own;
  for (std::int64_t i = 0; i < to; ++i) {
    const double center = begin + (static_cast<double>(i) + 0.5) * scale;
    const auto low = std::max<std::int64_t>(0, static_cast<std::int64_t>(center - reach + 0.5));
    const auto high = std::min<std::int64_t>(from, static_cast<std::int64_t>(center + reach + 0.5));
    own.clear();
    double sum = 0;
    for (std::int64_t k = low; k < high; ++k) {
      own.push_back(value(filter, (static_cast<double>(k) - center + 0.5) / wide));
      sum += own.back();
    }
    W* weights = all.weights.data() + i * all.stride;
    for (std::size_t k = 0; k < own.size(); ++k) weights[k] = weight_of<W>(sum != 0 ? own[k] / sum : own[k]);
    all.first.push_back(low);
    all.count.push_back(static_cast<std::int64_t>(own.size()));
    all.longest = std::max(all.longest, all.count.back());
  }
  if constexpr (!std::is_floating_point_v<W>) split_weights(all);
  return all;
}

template Taps<std::int32_t> taps(ResizeFilter, std::int64_t, double, double, std::int64_t);
template Taps<float> taps(ResizeFilter, std::int64_t, double, double, std::int64_t);

}  // namespace luge::io
