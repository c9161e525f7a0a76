// Shape: the extents of a tensor, some of which may be unknown while a graph is being built.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>

namespace luge {

/// An extent that becomes known only when values arrive, as in placeholder(f32, {unknown, 784}).
inline constexpr std::int64_t unknown = -1;

/// The extents of a tensor, one for each axis. There are at most 8 axes; each extent is 0 or more, or
/// `unknown`.
class Shape {
 public:
  static constexpr int max_rank = 8;  ///< the largest number of axes

  Shape() = default;  ///< rank 0, the shape of a scalar
  /// Makes a shape from a list, as in Shape{64, 784}. Throws ShapeError for more than 8 extents, and for a
  /// negative extent that is not `unknown`.
  Shape(std::initializer_list<std::int64_t> extents) : Shape(std::span(extents.begin(), extents.size())) {}
  /// Makes a shape from a range of extents. Throws ShapeError for more than 8 extents, and for a negative
  /// extent that is not `unknown`.
  explicit Shape(std::span<const std::int64_t> extents);

  /// Returns the number of axes.
  int rank() const { return rank_; }
  /// Returns the extent of an axis. The axis must be in 0 … rank()-1; it is not checked.
  std::int64_t operator[](int axis) const { return extents_[static_cast<std::size_t>(axis)]; }
  /// Returns a pointer to the first extent.
  const std::int64_t* begin() const { return extents_.data(); }
  /// Returns a pointer after the last extent.
  const std::int64_t* end() const { return extents_.data() + rank_; }

  /// Returns true when no extent is unknown.
  bool known() const;
  /// Returns the number of elements, 1 for a scalar. Throws ShapeError when an extent is unknown or the
  /// product overflows int64.
  std::int64_t elements() const;
  /// Returns a copy with the extent of one axis replaced. The axis is not checked.
  Shape with(int axis, std::int64_t extent) const;
  /// Returns a copy without one axis. The axis is not checked.
  Shape without(int axis) const;
  /// Returns a copy with a new axis before `axis`. Throws ShapeError when there are 8 axes already. The axis
  /// is not checked.
  Shape inserted(int axis, std::int64_t extent) const;
  /// Returns a copy with a new last axis. Throws ShapeError when there are 8 axes already.
  Shape appended(std::int64_t extent) const { return inserted(rank_, extent); }

  /// Returns true when rank and extents are equal. Unknown extents are equal to each other.
  bool operator==(const Shape& other) const;
  /// Returns the shape as text, such as "[N,3,28,28]". An unknown extent is written N on axis 0 and ? on the
  /// other axes.
  std::string to_string() const;

 private:
  std::array<std::int64_t, max_rank> extents_{};
  int rank_ = 0;
};

}  // namespace luge
