#include "io/image/resize_lines.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <type_traits>

#include "core/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "io/image/resize_lines_simd.cpp"
#include "hwy/foreach_target.h"
// after foreach_target.h
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace luge::io::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
using std::int64_t;

// Values as the numbers that are added up: bytes as 32 bits, float as it is.
template <class D>
auto load(D d, const std::uint8_t* from) {
  return hn::PromoteTo(d, hn::LoadU(hn::Rebind<std::uint8_t, D>(), from));
}
template <class D>
auto load(D d, const float* from) {
  return hn::LoadU(d, from);
}
template <class D, class V>
void store(D, V sum, std::uint8_t* to) {
  const hn::Rebind<std::uint8_t, D> bytes;
  hn::StoreU(hn::DemoteTo(bytes, hn::ShiftRight<kWeightBits>(sum)), bytes, to);
}
template <class D, class V>
void store(D d, V sum, float* to) {
  hn::StoreU(sum, d, to);
}
std::uint8_t rounded(std::int32_t sum) {
  return static_cast<std::uint8_t>(std::clamp(sum >> kWeightBits, 0, 255));
}
float rounded(float sum) { return sum; }

template <class W>
constexpr W kHalf = std::is_floating_point_v<W> ? W{0} : static_cast<W>(1 << (kWeightBits - 1));

template <class W, class T>
T one_value(const W* weights, int64_t count, const T* from, int64_t step) {
  W sum = kHalf<W>;
  for (int64_t k = 0; k < count; ++k) sum += weights[k] * static_cast<W>(from[k * step]);
  return rounded(sum);
}

#if HWY_TARGET != HWY_SCALAR
// A register holds the channels of a pixel. The last pixels of a line, whose load would pass its end, and
// the last result are made one by one.
template <class W, class T>
void by_channels(const Taps<W>& taps, const T* from, int64_t pixels, int64_t channels, T* to) {
  const hn::FixedTag<W, 4> d;
  const auto results = static_cast<int64_t>(taps.first.size());
  for (int64_t i = 0; i < results; ++i) {
    const W* weights = taps.weights.data() + i * taps.stride;
    const int64_t count = taps.count[static_cast<std::size_t>(i)],
                  first = taps.first[static_cast<std::size_t>(i)];
    const T* at = from + first * channels;
    if ((first + count) * channels + 4 - channels > pixels * channels ||
        (i + 1) * channels + 4 - channels > results * channels) {
      for (int64_t c = 0; c < channels; ++c)
        to[i * channels + c] = one_value(weights, count, at + c, channels);
      continue;
    }
    auto even = hn::Set(d, kHalf<W>), odd = hn::Zero(d);
    int64_t k = 0;
    for (; k + 2 <= count; k += 2) {
      even = hn::Add(even, hn::Mul(load(d, at + k * channels), hn::Set(d, weights[k])));
      odd = hn::Add(odd, hn::Mul(load(d, at + (k + 1) * channels), hn::Set(d, weights[k + 1])));
    }
    if (k < count) even = hn::Add(even, hn::Mul(load(d, at + k * channels), hn::Set(d, weights[k])));
    store(d, hn::Add(even, odd), to + i * channels);
  }
}

// A register holds neighbors of a single channel; weights after the last one are 0.
template <class W, class T>
void by_pixels(const Taps<W>& taps, const T* from, int64_t pixels, T* to) {
  const hn::FixedTag<W, 4> d;
  const auto results = static_cast<int64_t>(taps.first.size());
  for (int64_t i = 0; i < results; ++i) {
    const W* weights = taps.weights.data() + i * taps.stride;
    const int64_t count = taps.count[static_cast<std::size_t>(i)],
                  first = taps.first[static_cast<std::size_t>(i)];
    const int64_t padded = (count + 3) / 4 * 4;
    if (first + padded > pixels) {
      to[i] = one_value(weights, count, from + first, 1);
      continue;
    }
    auto sum = hn::Zero(d);
    for (int64_t k = 0; k < padded; k += 4)
      sum = hn::Add(sum, hn::Mul(load(d, from + first + k), hn::LoadU(d, weights + k)));
    to[i] = rounded(hn::GetLane(hn::SumOfLanes(d, sum)) + kHalf<W>);
  }
}

#endif

template <class W, class T>
void line(const Taps<W>& taps, const T* from, [[maybe_unused]] int64_t pixels, int64_t channels, T* to) {
#if HWY_TARGET != HWY_SCALAR
  if (channels == 1) return by_pixels(taps, from, pixels, to);
  if (channels == 3 || channels == 4) return by_channels(taps, from, pixels, channels, to);
#endif
  for (std::size_t i = 0; i < taps.first.size(); ++i) {
    const W* weights = taps.weights.data() + static_cast<int64_t>(i) * taps.stride;
    for (int64_t c = 0; c < channels; ++c)
      to[static_cast<int64_t>(i) * channels + c] =
          one_value(weights, taps.count[i], from + taps.first[i] * channels + c, channels);
  }
}

template <class W, class T>
void lines(const Taps<W>& taps, int64_t row, const T* from, int64_t length, T* to) {
  const hn::ScalableTag<W> d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  const W* weights = taps.weights.data() + row * taps.stride;
  const int64_t count = taps.count[static_cast<std::size_t>(row)];
  const T* first = from + taps.first[static_cast<std::size_t>(row)] * length;
  int64_t x = 0;
  for (; x + 2 * lanes <= length; x += 2 * lanes) {
    auto left = hn::Set(d, kHalf<W>), right = left;
    for (int64_t k = 0; k < count; ++k) {
      const auto weight = hn::Set(d, weights[k]);
      left = hn::Add(left, hn::Mul(load(d, first + k * length + x), weight));
      right = hn::Add(right, hn::Mul(load(d, first + k * length + x + lanes), weight));
    }
    store(d, left, to + x);
    store(d, right, to + x + lanes);
  }
  for (; x < length; ++x) to[x] = one_value(weights, count, first + x, length);
}

void line_of_bytes(const Taps<std::int32_t>& taps, const std::uint8_t* from, int64_t pixels, int64_t channels,
                   std::uint8_t* to) {
  line(taps, from, pixels, channels, to);
}
void line_of_numbers(const Taps<float>& taps, const float* from, int64_t pixels, int64_t channels,
                     float* to) {
  line(taps, from, pixels, channels, to);
}
void lines_of_bytes(const Taps<std::int32_t>& taps, int64_t row, const std::uint8_t* from, int64_t length,
                    std::uint8_t* to) {
  lines(taps, row, from, length, to);
}
void lines_of_numbers(const Taps<float>& taps, int64_t row, const float* from, int64_t length, float* to) {
  lines(taps, row, from, length, to);
}

}  // namespace
}  // namespace luge::io::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace luge::io {
HWY_EXPORT(line_of_bytes);
HWY_EXPORT(line_of_numbers);
HWY_EXPORT(lines_of_bytes);
HWY_EXPORT(lines_of_numbers);

void resize_line(const Taps<std::int32_t>& taps, const std::uint8_t* from, std::int64_t pixels,
                 std::int64_t channels, std::uint8_t* to) {
  HWY_DYNAMIC_DISPATCH(line_of_bytes)(taps, from, pixels, channels, to);
}
void resize_line(const Taps<float>& taps, const float* from, std::int64_t pixels, std::int64_t channels,
                 float* to) {
  HWY_DYNAMIC_DISPATCH(line_of_numbers)(taps, from, pixels, channels, to);
}
void sum_lines(const Taps<std::int32_t>& taps, std::int64_t row, const std::uint8_t* from,
               std::int64_t length, std::uint8_t* to) {
  HWY_DYNAMIC_DISPATCH(lines_of_bytes)(taps, row, from, length, to);
}
void sum_lines(const Taps<float>& taps, std::int64_t row, const float* from, std::int64_t length, float* to) {
  HWY_DYNAMIC_DISPATCH(lines_of_numbers)(taps, row, from, length, to);
}

}  // namespace luge::io
#endif
