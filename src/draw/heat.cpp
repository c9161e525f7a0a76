#include "luge/draw/heat.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "luge/draw/color.h"
#include "luge/error.h"

namespace luge::draw {
namespace {

void check_count(const char* what, std::size_t count, std::int64_t rows, std::int64_t columns) {
  if (rows < 1 || columns < 1 || static_cast<std::int64_t>(count) != rows * columns)
    throw ValueError(fmt::format("{}: {} values; expected {} x {}", what, count, rows, columns));
}

// Between the centers of cells; at the border as the nearest cell.
class Grid {
 public:
  Grid(const std::vector<float>& values, std::int64_t rows, std::int64_t columns)
      : values_(values), rows_(rows), columns_(columns) {}
  double at(double y, double x) const {  // from 0 to 1
    const auto [row, down] = between(y, rows_);
    const auto [column, across] = between(x, columns_);
    const double above = cell(row, column) * (1 - across) + cell(row, column + 1) * across,
                 below = cell(row + 1, column) * (1 - across) + cell(row + 1, column + 1) * across;
    return above * (1 - down) + below * down;
  }

 private:
  static std::pair<std::int64_t, double> between(double at, std::int64_t cells) {
    const double position =
        std::clamp(at * static_cast<double>(cells) - 0.5, 0.0, static_cast<double>(cells - 1));
    const auto first = static_cast<std::int64_t>(position);
    return {first, position - static_cast<double>(first)};
  }
  double cell(std::int64_t row, std::int64_t column) const {
    const std::int64_t at = std::min(row, rows_ - 1) * columns_ + std::min(column, columns_ - 1);
    const auto value = static_cast<double>(values_[static_cast<std::size_t>(at)]);
    return std::isfinite(value) ? value : 0;
  }

  const std::vector<float>& values_;
  std::int64_t rows_, columns_;
};

// Of a part of the largest magnitude, -1 to 1.
Color color_of_part(double part) {
  const double strength = std::abs(part);
  const auto level = [](double value) { return static_cast<std::uint8_t>(std::lround(value)); };
  if (part < 0) return {level(40 * (1 - strength)), level(160 - 80 * strength), 255};
  return {255, level(220 * (1 - strength)), 0};
}

}  // namespace

io::Image heat_over(const io::Image& picture, const std::vector<float>& values, std::int64_t rows,
                    std::int64_t columns) {
  check_count("heat_over", values.size(), rows, columns);
  constexpr double kMostCover = 0.8;
  io::Image out = io::with_channels(io::with_channels(picture, 1), 3);
  double largest = 0;
  for (const float value : values) {
    if (std::isfinite(value)) largest = std::max(largest, std::abs(static_cast<double>(value)));
  }
  if (largest == 0) return out;
  const Grid grid(values, rows, columns);
  for (std::int64_t y = 0; y < out.height; ++y) {
    for (std::int64_t x = 0; x < out.width; ++x) {
      const double part = grid.at((static_cast<double>(y) + 0.5) / static_cast<double>(out.height),
                                  (static_cast<double>(x) + 0.5) / static_cast<double>(out.width)) /
                          largest;
      const double cover = kMostCover * std::abs(part);
      const Color color = color_of_part(part);
      std::uint8_t* pixel = &out.pixels[static_cast<std::size_t>((y * out.width + x) * 3)];
      const std::uint8_t over[3] = {color.red, color.green, color.blue};
      for (int c = 0; c < 3; ++c)
        pixel[c] = static_cast<std::uint8_t>(std::lround(pixel[c] * (1 - cover) + over[c] * cover));
    }
  }
  return out;
}

io::Image levels_of(const std::vector<float>& values, std::int64_t rows, std::int64_t columns) {
  check_count("levels_of", values.size(), rows, columns);
  io::Image out{rows, columns, 1, std::vector<std::uint8_t>(values.size())};
  float low = std::numeric_limits<float>::infinity(), high = -low;
  for (const float value : values) {
    if (std::isfinite(value)) low = std::min(low, value), high = std::max(high, value);
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isfinite(values[i]) && high > low)
      out.pixels[i] = static_cast<std::uint8_t>(std::lround(255 * (values[i] - low) / (high - low)));
  }
  return out;
}

}  // namespace luge::draw
