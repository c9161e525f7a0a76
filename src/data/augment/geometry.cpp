#include "data/augment/geometry.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "luge/error.h"

namespace luge::data {
namespace {

double radians(double degrees) { return degrees * std::numbers::pi / 180; }

// Solves a·x = b by elimination with pivots; b becomes x.
void solve(std::array<std::array<double, 8>, 8>& a, std::array<double, 8>& b) {
  for (std::size_t k = 0; k < 8; ++k) {
    std::size_t best = k;
    for (std::size_t row = k + 1; row < 8; ++row)
      if (std::abs(a[row][k]) > std::abs(a[best][k])) best = row;
    if (std::abs(a[best][k]) < 1e-9) throw ValueError("perspective: three corners are on one line");
    std::swap(a[k], a[best]);
    std::swap(b[k], b[best]);
    for (std::size_t row = 0; row < 8; ++row) {
      if (row == k) continue;
      const double factor = a[row][k] / a[k][k];
      for (std::size_t column = k; column < 8; ++column) a[row][column] -= factor * a[k][column];
      b[row] -= factor * b[k];
    }
  }
  for (std::size_t k = 0; k < 8; ++k) b[k] /= a[k][k];
}

}  // namespace

Matrix Matrix::rotation(double degrees) {
  const double c = std::cos(radians(degrees)), s = std::sin(radians(degrees));
  return Matrix({c, s, 0, -s, c, 0, 0, 0, 1});
}

Matrix Matrix::shearing(double x_degrees, double y_degrees) {
  const double x = std::tan(radians(x_degrees)), y = std::tan(radians(y_degrees));
  return Matrix({1, -x, 0, -y, 1 + x * y, 0, 0, 0, 1});
}

Matrix Matrix::from_corners(const std::array<Position, 4>& from, const std::array<Position, 4>& to) {
  std::array<std::array<double, 8>, 8> a{};
  std::array<double, 8> b{};
  for (std::size_t k = 0; k < 4; ++k) {
    const double x = from[k].x, y = from[k].y, u = to[k].x, v = to[k].y;
    a[2 * k] = {x, y, 1, 0, 0, 0, -x * u, -y * u};
    a[2 * k + 1] = {0, 0, 0, x, y, 1, -x * v, -y * v};
    b[2 * k] = u, b[2 * k + 1] = v;
  }
  solve(a, b);
  return Matrix({b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], 1});
}

Matrix Matrix::operator*(const Matrix& first) const {
  std::array<double, 9> product{};
  for (std::size_t row = 0; row < 3; ++row) {
    for (std::size_t column = 0; column < 3; ++column) {
      for (std::size_t k = 0; k < 3; ++k)
        product[3 * row + column] += at_[3 * row + k] * first.at_[3 * k + column];
    }
  }
  return Matrix(product);
}

Matrix Matrix::inverse() const {
  const auto& m = at_;
  const double a = m[4] * m[8] - m[5] * m[7], b = m[5] * m[6] - m[3] * m[8], c = m[3] * m[7] - m[4] * m[6];
  const double determinant = m[0] * a + m[1] * b + m[2] * c;
  if (std::abs(determinant) < 1e-12) throw ValueError("a picture cannot be moved so that it has no area");
  std::array<double, 9> inverse = {a, m[2] * m[7] - m[1] * m[8], m[1] * m[5] - m[2] * m[4],
                                   b, m[0] * m[8] - m[2] * m[6], m[2] * m[3] - m[0] * m[5],
                                   c, m[1] * m[6] - m[0] * m[7], m[0] * m[4] - m[1] * m[3]};
  for (double& each : inverse) each /= determinant;
  if (affine()) inverse[6] = inverse[7] = 0, inverse[8] = 1;
  return Matrix(inverse);
}

Matrix Matrix::around(const Position& center) const {
  return translation(center.x, center.y) * *this * translation(-center.x, -center.y);
}

Position Matrix::operator()(const Position& from) const {
  const auto& m = at_;
  const double w = m[6] * from.x + m[7] * from.y + m[8];
  return {(m[0] * from.x + m[1] * from.y + m[2]) / w, (m[3] * from.x + m[4] * from.y + m[5]) / w};
}

}  // namespace luge::data
