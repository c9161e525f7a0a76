// warp: each pixel of the new picture looks up where it comes from. Positions of a row are computed once, for
// all channels, as numbers of 32 bits before and 32 bits after the point; pixels whose neighbors are all
// inside take the short way.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "core/dispatch.h"
#include "data/augment/warp.h"

namespace luge::data {
namespace {

constexpr double kOne = 4294967296.0;  // 2^32
// Positions farther away than that are outside of every picture, also after a mirror or two.
constexpr double kFar = 1 << 30;

std::int64_t fixed(double position) {
  return static_cast<std::int64_t>(std::clamp(std::isnan(position) ? kFar : position, -kFar, kFar) * kOne);
}

// Where the pixels of one row come from: the pixel, and the way to its neighbor on the right and below in
// parts of 2^32.
struct Sources {
  std::vector<std::int32_t> x, y;
  std::vector<std::uint32_t> right, down;
  explicit Sources(std::size_t width) : x(width), y(width), right(width), down(width) {}

  void look_up(const Matrix& back, std::int64_t row, double half) {
    const double at = static_cast<double>(row) + 0.5;
    const auto width = static_cast<std::int64_t>(x.size());
    if (back.affine()) {
      const double x0 = back[0] * 0.5 + back[1] * at + back[2] - half,
                   y0 = back[3] * 0.5 + back[4] * at + back[5] - half;
      const double reach = static_cast<double>(width);
      if (std::abs(x0) + reach * std::abs(back[0]) < kFar &&
          std::abs(y0) + reach * std::abs(back[3]) < kFar) {
        // A little more, so that positions on a pixel stay there in spite of rounding.
        std::int64_t u = fixed(x0) + 128, v = fixed(y0) + 128;
        const std::int64_t du = fixed(back[0]), dv = fixed(back[3]);
        for (std::int64_t k = 0; k < width; ++k, u += du, v += dv) set(k, u, v);
        return;
      }
    }
    for (std::int64_t k = 0; k < width; ++k) {
      const Position from = back({static_cast<double>(k) + 0.5, at});
      set(k, fixed(from.x - half) + 128, fixed(from.y - half) + 128);
    }
  }

 private:
  void set(std::int64_t k, std::int64_t u, std::int64_t v) {
    const auto at = static_cast<std::size_t>(k);
    x[at] = static_cast<std::int32_t>(u >> 32), y[at] = static_cast<std::int32_t>(v >> 32);
    right[at] = static_cast<std::uint32_t>(u), down[at] = static_cast<std::uint32_t>(v);
  }
};

template <class T>
T rounded(double number) {
  if constexpr (std::integral<T> && !std::same_as<T, bool>) {
    return static_cast<T>(std::llround(number));  // between numbers of T
  } else {
    return convert_element<T>(number);
  }
}

// The pixels [first, last) of a row whose four neighbors are inside.
struct Inside {
  std::int64_t first = 0, last = 0;
  Inside(const Sources& at, std::int64_t height, std::int64_t width, std::int64_t more) {
    const auto inside = [&](std::int64_t k) {
      const auto i = static_cast<std::size_t>(k);
      return at.x[i] >= 0 && at.x[i] + more < width && at.y[i] >= 0 && at.y[i] + more < height;
    };
    last = static_cast<std::int64_t>(at.x.size());
    while (first < last && !inside(first)) ++first;
    while (last > first && !inside(last - 1)) --last;
  }
};

template <class T>
struct Plane {
  const T* from;
  std::int64_t height, width;
  Outside outside;
  T fill;
  T operator()(std::int64_t y, std::int64_t x) const {
    if (y < 0 || y >= height) y = shown(y, height, outside);
    if (x < 0 || x >= width) x = shown(x, width, outside);
    return x < 0 || y < 0 ? fill : from[y * width + x];
  }
};

// Of any dtype, anywhere.
template <class T>
T blended(const Plane<T>& plane, const Sources& at, std::size_t k) {
  const double right = at.right[k] / kOne, down = at.down[k] / kOne;
  const std::int64_t x = at.x[k], y = at.y[k];
  const auto number = [&](std::int64_t row, std::int64_t column) {
    return convert_element<double>(plane(row, column));
  };
  const double upper = (1 - right) * number(y, x) + right * number(y, x + 1);
  const double lower = (1 - right) * number(y + 1, x) + right * number(y + 1, x + 1);
  return rounded<T>((1 - down) * upper + down * lower);
}

// Where all four neighbors are inside: bytes in whole numbers, with 1/2048 of a pixel.
void blend_inside(const std::uint8_t* from, std::int64_t width, const Sources& at, const Inside& inside,
                  std::uint8_t* to) {
  constexpr std::uint32_t kUnit = 2048, kHalf = kUnit * kUnit / 2;
  for (std::int64_t k = inside.first; k < inside.last; ++k) {
    const std::uint8_t* p =
        from + at.y[static_cast<std::size_t>(k)] * width + at.x[static_cast<std::size_t>(k)];
    const std::uint32_t right = at.right[static_cast<std::size_t>(k)] >> 21,
                        down = at.down[static_cast<std::size_t>(k)] >> 21;
    const std::uint32_t upper = p[0] * (kUnit - right) + p[1] * right,
                        lower = p[width] * (kUnit - right) + p[width + 1] * right;
    to[k] = static_cast<std::uint8_t>((upper * (kUnit - down) + lower * down + kHalf) >> 22);
  }
}

void blend_inside(const float* from, std::int64_t width, const Sources& at, const Inside& inside, float* to) {
  constexpr float kPart = 1 / 16777216.0f;
  for (std::int64_t k = inside.first; k < inside.last; ++k) {
    const float* p = from + at.y[static_cast<std::size_t>(k)] * width + at.x[static_cast<std::size_t>(k)];
    const float right = static_cast<float>(at.right[static_cast<std::size_t>(k)] >> 8) * kPart,
                down = static_cast<float>(at.down[static_cast<std::size_t>(k)] >> 8) * kPart;
    const float upper = p[0] + right * (p[1] - p[0]), lower = p[width] + right * (p[width + 1] - p[width]);
    to[k] = upper + down * (lower - upper);
  }
}

template <class T>
void blend_row(const Plane<T>& plane, const Sources& at, const Inside& inside, T* to) {
  const auto width = static_cast<std::int64_t>(at.x.size());
  for (std::int64_t k = 0; k < inside.first; ++k) to[k] = blended(plane, at, static_cast<std::size_t>(k));
  if constexpr (std::same_as<T, std::uint8_t> || std::same_as<T, float>) {
    blend_inside(plane.from, plane.width, at, inside, to);
  } else {
    for (std::int64_t k = inside.first; k < inside.last; ++k)
      to[k] = blended(plane, at, static_cast<std::size_t>(k));
  }
  for (std::int64_t k = inside.last; k < width; ++k) to[k] = blended(plane, at, static_cast<std::size_t>(k));
}

template <class T>
void copy_row(const Plane<T>& plane, const Sources& at, const Inside& inside, T* to) {
  const auto width = static_cast<std::int64_t>(at.x.size());
  const auto any = [&](std::int64_t k) {
    return plane(at.y[static_cast<std::size_t>(k)], at.x[static_cast<std::size_t>(k)]);
  };
  for (std::int64_t k = 0; k < inside.first; ++k) to[k] = any(k);
  for (std::int64_t k = inside.first; k < inside.last; ++k)
    to[k] = plane.from[at.y[static_cast<std::size_t>(k)] * plane.width + at.x[static_cast<std::size_t>(k)]];
  for (std::int64_t k = inside.last; k < width; ++k) to[k] = any(k);
}

}  // namespace

std::int64_t shown(std::int64_t index, std::int64_t extent, Outside outside) {
  if (index >= 0 && index < extent) return index;
  switch (outside) {
    case Outside::fill: return -1;
    case Outside::replicate: return std::clamp<std::int64_t>(index, 0, extent - 1);
    case Outside::circular: return ((index % extent) + extent) % extent;
    case Outside::reflect: break;
  }
  if (extent == 1) return 0;
  const std::int64_t period = 2 * (extent - 1), at = ((index % period) + period) % period;
  return at < extent ? at : period - at;
}

void warp(const Planes& from, const Planes& to, const Matrix& back, const Resampling& resampling) {
  if (to.height() == 0 || to.width() == 0) return;
  const bool empty = from.height() == 0 || from.width() == 0;
  const Outside outside = empty ? Outside::fill : resampling.outside;
  const bool blends = resampling.between == Between::bilinear;
  Sources at(static_cast<std::size_t>(to.width()));
  for (std::int64_t y = 0; y < to.height(); ++y) {
    at.look_up(back, y, blends ? 0.5 : 0);
    const Inside inside(at, from.height(), from.width(), blends ? 1 : 0);
    dispatch(from.dtype(), [&]<class T>() {
      T fill;
      to.fill(std::as_writable_bytes(std::span(&fill, 1)), resampling.fill);
      for (std::int64_t plane = 0; plane < to.count(); ++plane) {
        const Plane<T> whole{empty ? nullptr : reinterpret_cast<const T*>(from.row(plane, 0, 0, 0).data()),
                             from.height(), from.width(), outside, fill};
        T* row = reinterpret_cast<T*>(to.row(plane, y, 0, to.width()).data());
        blends ? blend_row(whole, at, inside, row) : copy_row(whole, at, inside, row);
      }
    });
  }
}

}  // namespace luge::data
