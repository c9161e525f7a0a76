// shape_scenes: pictures of several shapes, and the class of each pixel.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <span>
#include <string_view>

#include "core/philox.h"
#include "data/sources/arrays.h"
#include "data/sources/shape_forms.h"
#include "luge/data/picture_fields.h"
#include "luge/data/shapes.h"
#include "luge/error.h"

namespace luge::data {
namespace {

constexpr std::uint64_t kStream = std::uint64_t{3} << 54;
constexpr std::array<std::string_view, 4> kDrawn = {"circle", "square", "triangle", "cross"};

using Color = std::array<double, 3>;

double distance(const Color& a, const Color& b) {
  double sum = 0;
  for (std::size_t c = 0; c < a.size(); ++c) sum += std::abs(a[c] - b[c]);
  return sum;
}

class Scene {
 public:
  Scene(std::uint64_t seed, std::uint64_t index, std::int64_t size)
      : seed_(seed), index_(index), size_(size), colors_(static_cast<std::size_t>(size * size)) {}

  void draw(std::int64_t most_shapes, std::span<std::byte> pixels, std::span<std::byte> mask) {
    const Color first = color(), last = color();
    const double far = static_cast<double>(2 * size_ - 2);
    for (std::int64_t i = 0; i < size_ * size_; ++i) {
      const double along = static_cast<double>(i / size_ + i % size_) / far;
      for (std::size_t c = 0; c < 3; ++c)
        colors_[static_cast<std::size_t>(i)][c] = (1 - along) * first[c] + along * last[c];
    }
    std::fill(mask.begin(), mask.end(), std::byte{0});
    const auto count = 1 + static_cast<std::int64_t>(next() * static_cast<double>(most_shapes));
    for (std::int64_t k = 0; k < std::min(count, most_shapes); ++k) add_shape(first, last, mask);
    const std::size_t area = colors_.size();
    for (std::size_t i = 0; i < area; ++i) {
      const double noise = 24 * (next() - 0.5);
      for (std::size_t c = 0; c < 3; ++c)
        pixels[c * area + i] = static_cast<std::byte>(std::clamp(colors_[i][c] + noise + 0.5, 0.0, 255.0));
    }
  }

 private:
  void add_shape(const Color& first, const Color& last, std::span<std::byte> mask) {
    const auto kind = std::min(static_cast<std::size_t>(next() * kDrawn.size()), kDrawn.size() - 1);
    const auto form = std::find_if(kShapes.begin(), kShapes.end(),
                                   [&](const Shape2d& shape) { return kDrawn[kind] == shape.name; });
    const double side = static_cast<double>(size_), radius = side * (0.1 + 0.14 * next());
    const double turn = (next() - 0.5) * 0.5 * std::numbers::pi, reach = side - 2 * radius;
    const double x = radius + reach * next(), y = radius + reach * next();
    Color ink = color();
    while (distance(ink, first) < 120 || distance(ink, last) < 120) ink = color();  // so that it can be seen
    const Placed placed(*form, radius, turn, x, y);
    for (std::int64_t i = 0; i < size_ * size_; ++i) {
      const double share = placed.share(i % size_, i / size_);
      if (share == 0) continue;
      Color& pixel = colors_[static_cast<std::size_t>(i)];
      for (std::size_t c = 0; c < 3; ++c) pixel[c] = share * ink[c] + (1 - share) * pixel[c];
      if (share >= 0.5) mask[static_cast<std::size_t>(i)] = static_cast<std::byte>(kind + 1);
    }
  }
  Color color() { return {255 * next(), 255 * next(), 255 * next()}; }
  double next() { return philox_f64(seed_, kStream + index_, drawn_++); }
  std::uint64_t seed_, index_, drawn_ = 0;
  std::int64_t size_;
  std::vector<Color> colors_;
};

void check(const char* name, std::int64_t value, std::int64_t low, std::int64_t high) {
  if (value < low || value > high)
    throw ValueError(fmt::format("shape_scenes: {} is {}; expected {} to {}", name, value, low, high));
}

}  // namespace

Dataset shape_scenes(const ShapeScenesOptions& o) {
  if (o.samples < 1)
    throw ValueError(fmt::format("shape_scenes: samples is {}; expected 1 or more", o.samples));
  check("size", o.size, 16, 1024);
  check("shapes", o.shapes, 1, 64);
  const auto count = static_cast<std::size_t>(o.samples), area = static_cast<std::size_t>(o.size * o.size);
  std::vector<std::byte> pictures(3 * area * count), masks(area * count);
  for (std::size_t i = 0; i < count; ++i) {
    Scene(o.seed, i, o.size)
        .draw(o.shapes, std::span(pictures).subspan(i * 3 * area, 3 * area),
              std::span(masks).subspan(i * area, area));
  }
  Arrays arrays;
  arrays.info.name = "shape-scenes";
  arrays.info.classes.emplace_back("background");
  for (const std::string_view name : kDrawn) arrays.info.classes.emplace_back(name);
  arrays.count = o.samples;
  arrays.add(kImage, {u8, {3, o.size, o.size}}, std::move(pictures));
  arrays.add(kMask, {u8, {o.size, o.size}}, std::move(masks));
  arrays.where = [](std::int64_t row) { return fmt::format("shape-scenes, picture {}", row); };
  return Dataset(array_source(std::move(arrays)));
}

}  // namespace luge::data
