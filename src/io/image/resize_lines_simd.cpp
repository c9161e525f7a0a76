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
// Several lines share what is done for each result: they lie `from_step` and `to_step` values apart. The
// results at the end of a line, whose loads or stores would pass it, are made one by one.
template <int kLines>
void by_channels(const Taps<std::int32_t>& taps, const std::uint8_t* from, int64_t from_step,
                 int64_t channels, std::uint8_t* to, int64_t to_step) {
  const hn::FixedTag<std::int32_t, 4> d;
  const auto results = static_cast<int64_t>(taps.first.size());
  const auto half = hn::Set(d, kHalf<std::int32_t>);
  const int64_t longest = taps.longest;  // the same for all results, so that the branch is foreseen
  const int64_t last_load = from_step - longest * channels - 16, last_store = to_step - 4;
#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3
  // A register has four neighbors of each channel as 16 bits, two in each half. Weights are 4096 times an
  // upper part and a lower part, which fit 16 bits, and products of both are added up apart: exactly.
  const hn::FixedTag<std::uint8_t, 32> bytes;
  const hn::FixedTag<std::int16_t, 16> shorts;
  const hn::FixedTag<std::int32_t, 8> two;
  constexpr std::uint8_t n = 0x80;  // a zero
  alignas(32) constexpr std::uint8_t kThree[32] = {0, n, 3, n, 1, n, 4,  n, 2, n, 5,  n, 3, n, 6,  n,
                                                   6, n, 9, n, 7, n, 10, n, 8, n, 11, n, 9, n, 12, n};
  alignas(32) constexpr std::uint8_t kFour[32] = {0, n, 4,  n, 1, n, 5,  n, 2,  n, 6,  n, 3,  n, 7,  n,
                                                  8, n, 12, n, 9, n, 13, n, 10, n, 14, n, 11, n, 15, n};
  const auto order = hn::Load(bytes, channels == 3 ? kThree : kFour);
#endif
  for (int64_t i = 0; i < results; ++i) {
    const int64_t offset = taps.first[static_cast<std::size_t>(i)] * channels, result = i * channels;
    const std::uint8_t* at = from + offset;
    if (offset > last_load || result > last_store) {
      const int64_t count = taps.count[static_cast<std::size_t>(i)];
      for (int64_t c = 0; c < kLines * channels; ++c) {
        const int64_t line = c / channels, channel = c % channels;
        to[line * to_step + result + channel] = one_value(taps.weights.data() + i * taps.stride, count,
                                                          at + line * from_step + channel, channels);
      }
      continue;
    }
#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3
    const std::int16_t* parts = taps.parts.data() + i * taps.stride * 8;
    hn::Vec<decltype(two)> upper[kLines], lower[kLines];
    for (int line = 0; line < kLines; ++line) upper[line] = lower[line] = hn::Zero(two);
    for (int64_t k = 0; k < longest; k += 4, parts += 32) {
      const auto high = hn::LoadU(shorts, parts), low = hn::LoadU(shorts, parts + 16);
      for (int line = 0; line < kLines; ++line) {
        const auto raw = hn::LoadDup128(bytes, at + line * from_step + k * channels);
        const auto pixels = hn::BitCast(shorts, hn::TableLookupBytesOr0(raw, order));
        auto unused = hn::Zero(two);
        upper[line] = hn::ReorderWidenMulAccumulate(two, pixels, high, upper[line], unused);
        lower[line] = hn::ReorderWidenMulAccumulate(two, pixels, low, lower[line], unused);
      }
    }
    for (int line = 0; line < kLines; ++line) {
      const auto sums = hn::Add(hn::ShiftLeft<kLowerBits>(upper[line]), lower[line]);
      const auto sum = hn::Add(hn::LowerHalf(d, sums), hn::UpperHalf(d, sums));
      store(d, hn::Add(half, sum), to + line * to_step + result);
    }
#else
    const std::int32_t* weights = taps.weights.data() + i * taps.stride;
    for (int line = 0; line < kLines; ++line) {
      auto sum = half;
      for (int64_t k = 0; k < longest; ++k) {
        const auto pixel = load(d, at + line * from_step + k * channels);
        sum = hn::Add(sum, hn::Mul(pixel, hn::Set(d, weights[k])));
      }
      store(d, sum, to + line * to_step + result);
    }
#endif
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
#endif
  for (std::size_t i = 0; i < taps.first.size(); ++i) {
    const W* weights = taps.weights.data() + static_cast<int64_t>(i) * taps.stride;
    for (int64_t c = 0; c < channels; ++c)
      to[static_cast<int64_t>(i) * channels + c] =
          one_value(weights, taps.count[i], from + taps.first[i] * channels + c, channels);
  }
}

template <class W, class T>
void all_lines(const Taps<W>& taps, const T* from, const Lines& size, T* to) {
  const int64_t from_step = size.pixels * size.channels;
  const int64_t to_step = static_cast<int64_t>(taps.first.size()) * size.channels;
  int64_t y = 0;
#if HWY_TARGET != HWY_SCALAR
  if constexpr (std::is_same_v<T, std::uint8_t>) {
    const bool colors = size.channels == 3 || size.channels == 4;
    for (; colors && y + 4 <= size.count; y += 4)
      by_channels<4>(taps, from + y * from_step, from_step, size.channels, to + y * to_step, to_step);
    for (; colors && y < size.count; ++y)
      by_channels<1>(taps, from + y * from_step, from_step, size.channels, to + y * to_step, to_step);
  }
#endif
  for (; y < size.count; ++y) line(taps, from + y * from_step, size.pixels, size.channels, to + y * to_step);
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

void split(const std::uint8_t* pixels, int64_t area, int64_t channels, std::uint8_t* planes) {
  int64_t i = 0;
#if HWY_TARGET != HWY_SCALAR
  const hn::ScalableTag<std::uint8_t> d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  for (; channels == 3 && i + lanes <= area; i += lanes) {
    hn::Vec<decltype(d)> a, b, c;
    hn::LoadInterleaved3(d, pixels + 3 * i, a, b, c);
    hn::StoreU(a, d, planes + i);
    hn::StoreU(b, d, planes + area + i);
    hn::StoreU(c, d, planes + 2 * area + i);
  }
#endif
  for (; i < area; ++i) {
    for (int64_t c = 0; c < channels; ++c) planes[c * area + i] = pixels[i * channels + c];
  }
}

void along_bytes(const Taps<std::int32_t>& taps, const std::uint8_t* from, const Lines& size,
                 std::uint8_t* to) {
  all_lines(taps, from, size, to);
}
void along_numbers(const Taps<float>& taps, const float* from, const Lines& size, float* to) {
  all_lines(taps, from, size, to);
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
HWY_EXPORT(along_bytes);
HWY_EXPORT(along_numbers);
HWY_EXPORT(lines_of_bytes);
HWY_EXPORT(lines_of_numbers);
HWY_EXPORT(split);

void split_channels(const std::uint8_t* pixels, std::int64_t area, std::int64_t channels,
                    std::uint8_t* planes) {
  HWY_DYNAMIC_DISPATCH(split)(pixels, area, channels, planes);
}

void resize_lines(const Taps<std::int32_t>& taps, const std::uint8_t* from, const Lines& size,
                  std::uint8_t* to) {
  HWY_DYNAMIC_DISPATCH(along_bytes)(taps, from, size, to);
}
void resize_lines(const Taps<float>& taps, const float* from, const Lines& size, float* to) {
  HWY_DYNAMIC_DISPATCH(along_numbers)(taps, from, size, to);
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
