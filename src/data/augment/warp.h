// Pictures resampled through a map of positions.
#pragma once

#include <cstdint>

#include "data/augment/geometry.h"
#include "data/augment/picture.h"
#include "luge/options.h"

namespace luge::data {

/// What is outside of a picture.
enum class Outside : std::uint8_t {
  fill,       ///< a number
  replicate,  ///< the border: a b c → a a a b c c c
  reflect,    ///< the mirror image without the border: a b c → c b a b c b a
  circular,   ///< the other end: a b c → b c a b c a b
};

/// How numbers between pixels are found.
enum class Between : std::uint8_t {
  bilinear,  ///< from the four pixels around the position; whole numbers are rounded
  nearest,   ///< from the pixel in which the position is
};

struct Resampling {
  Between between = Between::bilinear;
  Outside outside = Outside::fill;
  double fill = 0;
};

/// Writes each pixel of `to` as what `from` has at the position `back` of its center. Both have one dtype and
/// as many planes. An empty `from` is outside everywhere. Pictures get no larger than 2^15 in each direction
/// with bytes exact to 1/2048 of a pixel.
void warp(const Planes& from, const Planes& to, const Matrix& back, const Resampling& resampling);

/// The index on an axis of `extent`, 1 or more, that is shown at a position outside of it; -1 for
/// Outside::fill.
std::int64_t shown(std::int64_t index, std::int64_t extent, Outside outside);

}  // namespace luge::data

template <>
struct luge::options::Names<luge::data::Outside> {
  static constexpr std::pair<luge::data::Outside, const char*> all[] = {
      {luge::data::Outside::fill, "fill"},
      {luge::data::Outside::replicate, "replicate"},
      {luge::data::Outside::reflect, "reflect"},
      {luge::data::Outside::circular, "circular"}};
};
template <>
struct luge::options::Names<luge::data::Between> {
  static constexpr std::pair<luge::data::Between, const char*> all[] = {
      {luge::data::Between::bilinear, "bilinear"}, {luge::data::Between::nearest, "nearest"}};
};
