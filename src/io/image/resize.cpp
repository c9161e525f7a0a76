// resize: pictures of another height and width, first along the rows and then across them.
#include "luge/io/resize.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <type_traits>
#include <vector>

#include "io/image/resize_lines.h"
#include "io/image/scratch.h"
#include "luge/error.h"

namespace luge::io {
namespace {

using Size = std::size_t;

struct Extents {
  std::int64_t height, width;
};

// The part [begin, end) of `from` pixels that becomes `to` pixels.
struct Span {
  double begin, end;
  std::int64_t from, to;
  bool operator==(const Span&) const = default;
  bool changes() const { return from != to || begin != 0 || end != static_cast<double>(from); }
};

void check_box(const PictureBox& box, const Extents& from) {
  const bool inside = box.left >= 0 && box.top >= 0 && box.right <= static_cast<double>(from.width) &&
                      box.bottom <= static_cast<double>(from.height) && box.left < box.right &&
                      box.top < box.bottom;
  if (inside) return;
  throw ValueError(fmt::format(
      "resize: the box from ({}, {}) to ({}, {}) is empty or not within the picture; expected one "
      "within {} x {} pixels (width x height)",
      box.left, box.top, box.right, box.bottom, from.width, from.height));
}

void check_extents(const Extents& from, const Extents& to) {
  constexpr std::int64_t kMost = std::int64_t{1} << 31;
  if (from.height < 1 || from.width < 1)
    throw ValueError(fmt::format("resize: the picture is {} x {} pixels (width x height); expected 1 or more",
                                 from.width, from.height));
  if (to.height < 1 || to.width < 1 || to.height > kMost || to.width > kMost)
    throw ValueError(fmt::format("resize: {} x {} pixels (width x height) were asked for; expected 1 or more",
                                 to.width, to.height));
}

// Positions of the pixels that nearest takes.
std::vector<std::int64_t> positions(const Span& span) {
  const double scale = (span.end - span.begin) / static_cast<double>(span.to);
  std::vector<std::int64_t> all;
  // Added up, as Pillow does it: a position between two pixels is rounded to the same one.
  double at = span.begin + 0.5 * scale;
  for (std::int64_t i = 0; i < span.to; ++i, at += scale) {
    all.push_back(std::clamp<std::int64_t>(static_cast<std::int64_t>(std::floor(at)), 0, span.from - 1));
  }
  return all;
}

template <class T>
void take_nearest(const T* from, const Span& rows, const Span& columns, std::int64_t channels, T* to) {
  const std::vector<std::int64_t> x = positions(columns);
  for (const std::int64_t y : positions(rows)) {
    const T* line = from + y * columns.from * channels;
    for (const std::int64_t at : x) to = std::copy_n(line + at * channels, channels, to);
  }
}

template <class T>
using WeightOf = std::conditional_t<std::is_same_v<T, std::uint8_t>, std::int32_t, float>;

// Those of the last sizes: pictures of a data set often have one size.
template <class W>
const Taps<W>& taps_for(ResizeFilter filter, const Span& span) {
  struct Known {
    ResizeFilter filter = ResizeFilter::nearest;  // which has none
    Span span{};
    Taps<W> taps;
  };
  thread_local std::array<Known, 2> known;
  for (const Known& each : known) {
    if (each.filter == filter && each.span == span) return each.taps;
  }
  std::swap(known[0], known[1]);
  known[0] = {filter, span, taps<W>(filter, span.from, span.begin, span.end, span.to)};
  return known[0].taps;
}

// `channels` values a pixel, one picture.
template <class T>
void resize_values(const T* from, const Span& rows, const Span& columns, std::int64_t channels, T* to,
                   ResizeFilter filter) {
  if (filter == ResizeFilter::nearest) return take_nearest(from, rows, columns, channels, to);
  using W = WeightOf<T>;
  const std::int64_t length = columns.to * channels;
  Taps<W> down;
  std::int64_t first = 0, last = rows.from;  // the rows that are needed
  if (rows.changes()) {
    down = taps_for<W>(filter, rows);
    first = down.first.front();
    last = down.first.back() + down.count.back();
    for (std::int64_t& row : down.first) row -= first;
  }
  std::vector<std::uint8_t> between;
  const T* lines = from + first * columns.from * channels;
  if (columns.changes()) {
    const Taps<W>& across = taps_for<W>(filter, columns);
    T* made = to;
    if (rows.changes()) {
      between = take_bytes(static_cast<Size>((last - first) * length) * sizeof(T));
      made = reinterpret_cast<T*>(between.data());  // of a vector: aligned for any number
    }
    resize_lines(across, lines, {last - first, columns.from, channels}, made);
    lines = made;
  }
  if (rows.changes()) {
    for (std::int64_t y = 0; y < rows.to; ++y) sum_lines(down, y, lines, length, to + y * length);
  } else if (!columns.changes()) {
    std::copy_n(from, static_cast<Size>(rows.from * length), to);
  }
  give_back(std::move(between));
}

std::pair<Span, Span> spans(const Extents& from, const Extents& to, const ResizeOptions& options) {
  check_extents(from, to);
  if (options.box) check_box(*options.box, from);
  const PictureBox box = options.box.value_or(
      PictureBox{0, 0, static_cast<double>(from.width), static_cast<double>(from.height)});
  return {{box.top, box.bottom, from.height, to.height}, {box.left, box.right, from.width, to.width}};
}

template <class T>
void resize_all(std::span<const T> from, const PlaneExtents& is, std::span<T> to, const PlaneExtents& wanted,
                const ResizeOptions& options) {
  const auto [rows, columns] = spans({is.height, is.width}, {wanted.height, wanted.width}, options);
  const std::int64_t area = is.height * is.width, made = wanted.height * wanted.width;
  if (is.channels != wanted.channels || is.channels < 1 ||
      static_cast<std::int64_t>(from.size()) != is.channels * area ||
      static_cast<std::int64_t>(to.size()) != wanted.channels * made) {
    throw ValueError(fmt::format(
        "resize_planes: {} values of [{},{},{}] to {} values of [{},{},{}]; expected the product of the "
        "extents, and as many channels",
        from.size(), is.channels, is.height, is.width, to.size(), wanted.channels, wanted.height,
        wanted.width));
  }
  for (std::int64_t c = 0; c < is.channels; ++c)
    resize_values(from.data() + c * area, rows, columns, 1, to.data() + c * made, options.filter);
}

}  // namespace

Image resize(const Image& image, std::int64_t height, std::int64_t width, const ResizeOptions& options) {
  const auto [rows, columns] = spans({image.height, image.width}, {height, width}, options);
  if (image.channels < 1 ||
      static_cast<std::int64_t>(image.pixels.size()) != image.height * image.width * image.channels) {
    throw ValueError(fmt::format("resize: the picture has {} x {} x {} values and {} bytes; expected as many",
                                 image.height, image.width, image.channels, image.pixels.size()));
  }
  Image result{height, width, image.channels, {}};
  result.pixels.resize(static_cast<Size>(height * width * image.channels));
  resize_values(image.pixels.data(), rows, columns, image.channels, result.pixels.data(), options.filter);
  return result;
}

void resize_planes(std::span<const std::uint8_t> from, const PlaneExtents& from_extents,
                   std::span<std::uint8_t> to, const PlaneExtents& to_extents, const ResizeOptions& options) {
  resize_all(from, from_extents, to, to_extents, options);
}

void resize_planes(std::span<const float> from, const PlaneExtents& from_extents, std::span<float> to,
                   const PlaneExtents& to_extents, const ResizeOptions& options) {
  resize_all(from, from_extents, to, to_extents, options);
}

}  // namespace luge::io
