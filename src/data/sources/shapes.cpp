// colored_shapes: pictures of shapes in random colors, positions, sizes and angles.
#include "luge/data/shapes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <span>

#include "core/philox.h"
#include "data/sources/arrays.h"
#include "data/sources/shape_forms.h"
#include "luge/error.h"

namespace luge::data {
namespace {

constexpr std::uint64_t kStream = std::uint64_t{1} << 55;

class Picture {
 public:
  Picture(std::uint64_t seed, std::uint64_t index, std::int64_t size)
      : seed_(seed), index_(index), size_(size) {}

  void draw(const Shape2d& shape, std::span<std::byte> pixels) {
    const double side = static_cast<double>(size_);
    const double radius = side * (0.2 + 0.18 * next()), turn = (next() - 0.5) * 0.5 * std::numbers::pi;
    const double reach = side - 2 * radius;
    const double middle_x = radius + reach * next(), middle_y = radius + reach * next();
    std::array<double, 3> paper{}, ink{};
    double distance = 0;
    while (distance < 90) {  // so that the shape can be seen
      distance = 0;
      for (std::size_t c = 0; c < 3; ++c) {
        paper[c] = 255 * next();
        ink[c] = 255 * next();
        distance += std::abs(paper[c] - ink[c]);
      }
    }
    const Placed placed(shape, radius, turn, middle_x, middle_y);
    const auto count = static_cast<std::size_t>(size_ * size_);
    for (std::int64_t row = 0; row < size_; ++row) {
      for (std::int64_t column = 0; column < size_; ++column) {
        const double share = placed.share(column, row), noise = 24 * (next() - 0.5);
        for (std::size_t c = 0; c < 3; ++c) {
          const double value = share * ink[c] + (1 - share) * paper[c] + noise;
          pixels[c * count + static_cast<std::size_t>(row * size_ + column)] =
              static_cast<std::byte>(std::clamp(value + 0.5, 0.0, 255.0));
        }
      }
    }
  }

 private:
  double next() { return philox_f64(seed_, kStream + index_, drawn_++); }
  std::uint64_t seed_, index_, drawn_ = 0;
  std::int64_t size_;
};

}  // namespace

Dataset colored_shapes(const ShapesOptions& options) {
  if (options.samples < 1)
    throw ValueError(fmt::format("colored_shapes: samples is {}; expected 1 or more", options.samples));
  if (options.size < 8 || options.size > 1024)
    throw ValueError(fmt::format("colored_shapes: size is {}; expected 8 to 1024", options.size));
  const auto bytes = static_cast<std::size_t>(3 * options.size * options.size);
  std::vector<std::byte> pictures(bytes * static_cast<std::size_t>(options.samples));
  std::vector<std::int64_t> labels;
  for (std::size_t i = 0; i < static_cast<std::size_t>(options.samples); ++i) {
    const std::size_t label = i % kShapes.size();
    labels.push_back(static_cast<std::int64_t>(label));
    Picture(options.seed, i, options.size)
        .draw(kShapes[label], std::span(pictures).subspan(i * bytes, bytes));
  }
  Arrays arrays;
  arrays.info.name = "shapes";
  for (const Shape2d& shape : kShapes) arrays.info.classes.emplace_back(shape.name);
  arrays.count = options.samples;
  arrays.add(kInput, {u8, {3, options.size, options.size}}, std::move(pictures));
  const auto view = std::as_bytes(std::span(labels));
  arrays.add(kTarget, {i64, {}}, {view.begin(), view.end()});
  arrays.where = [](std::int64_t row) { return fmt::format("shapes, picture {}", row); };
  return Dataset(array_source(std::move(arrays))).affine({{0.0f}, {1.0f / 255.0f}});
}

}  // namespace luge::data
