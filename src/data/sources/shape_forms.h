// The shapes of made-up pictures.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

namespace luge::data {

// Where a shape is: x and y from its middle, in units of its radius, turned back.
struct Shape2d {
  const char* name;
  bool (*inside)(double x, double y);
};

inline bool in_square(double x, double y, double half) { return std::max(std::abs(x), std::abs(y)) <= half; }

inline constexpr std::array<Shape2d, 8> kShapes = {{
    {"circle", [](double x, double y) { return x * x + y * y <= 1; }},
    {"ring", [](double x, double y) { return x * x + y * y <= 1 && x * x + y * y >= 0.36; }},
    {"square", [](double x, double y) { return in_square(x, y, 0.8); }},
    {"frame", [](double x, double y) { return in_square(x, y, 0.85) && !in_square(x, y, 0.5); }},
    {"triangle", [](double x, double y) { return y <= 0.6 && y >= -1 && std::abs(x) <= (y + 1) * 0.6; }},
    {"diamond", [](double x, double y) { return std::abs(x) * 1.8 + std::abs(y) <= 1; }},
    {"cross",
     [](double x, double y) {
       return (std::abs(x) <= 0.28 && std::abs(y) <= 1) || (std::abs(y) <= 0.28 && std::abs(x) <= 1);
     }},
    {"stripes",
     [](double x, double y) {
       return in_square(x, y, 0.9) && (std::abs(y) <= 0.2 || (std::abs(y) >= 0.55 && std::abs(y) <= 0.9));
     }},
}};

/// A shape somewhere in a picture.
class Placed {
 public:
  Placed(const Shape2d& shape, double radius, double turn, double middle_x, double middle_y)
      : shape_(shape),
        radius_(radius),
        middle_x_(middle_x),
        middle_y_(middle_y),
        cosine_(std::cos(turn)),
        sine_(std::sin(turn)) {}
  /// How much of a pixel the shape covers, from points inside it, so that edges are smooth.
  double share(std::int64_t column, std::int64_t row) const {
    constexpr int kInside = 2;  // points along each side
    int hits = 0;
    for (int k = 0; k < kInside * kInside; ++k) {
      const double x = (static_cast<double>(column) + (k % kInside + 0.5) / kInside - middle_x_) / radius_;
      const double y = (static_cast<double>(row) + (k / kInside + 0.5) / kInside - middle_y_) / radius_;
      hits += shape_.inside(cosine_ * x + sine_ * y, cosine_ * y - sine_ * x);
    }
    return static_cast<double>(hits) / (kInside * kInside);
  }

 private:
  const Shape2d& shape_;
  double radius_, middle_x_, middle_y_, cosine_, sine_;
};

}  // namespace luge::data
