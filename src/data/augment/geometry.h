// Where the pixels of a moved picture come from: matrices of positions, and their inverse.
#pragma once

#include <array>
#include <cstdint>

namespace luge::data {

/// Height and width in pixels.
struct Extent {
  std::int64_t height = 0, width = 0;
  bool operator==(const Extent&) const = default;
};

/// A position in pixels from the upper left corner; the center of the first pixel is (0.5, 0.5).
struct Position {
  double x = 0, y = 0;
};

/// A map of positions: (x, y, 1) times a 3x3 matrix, divided by the third result.
class Matrix {
 public:
  Matrix() = default;  ///< each position stays
  explicit Matrix(const std::array<double, 9>& rows) : at_(rows) {}
  static Matrix translation(double right, double down) { return Matrix({1, 0, right, 0, 1, down, 0, 0, 1}); }
  static Matrix scaling(double x, double y) { return Matrix({x, 0, 0, 0, y, 0, 0, 0, 1}); }
  /// Against the clock as the picture is seen.
  static Matrix rotation(double degrees);
  /// x is moved by -tan(degrees) of y, then y by -tan(degrees) of x, as torchvision does.
  static Matrix shearing(double x_degrees, double y_degrees);
  /// Takes four positions to four others. Throws ValueError when three of them are on one line.
  static Matrix from_corners(const std::array<Position, 4>& from, const std::array<Position, 4>& to);

  /// This one after `first`.
  Matrix operator*(const Matrix& first) const;
  Matrix inverse() const;
  /// The same around a center instead of the corner.
  Matrix around(const Position& center) const;
  Position operator()(const Position& from) const;
  /// The third result is 1 everywhere: lines that are parallel stay so.
  bool affine() const { return at_[6] == 0 && at_[7] == 0 && at_[8] == 1; }
  double operator[](int k) const { return at_[static_cast<std::size_t>(k)]; }

 private:
  std::array<double, 9> at_ = {1, 0, 0, 0, 1, 0, 0, 0, 1};
};

}  // namespace luge::data
