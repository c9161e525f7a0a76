// Shape: the extents of a tensor, some of which may be unknown while a graph is being built.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>

namespace luge {

/// An extent that is fixed only when values arrive, as in placeholder(f32, {unknown, 784}).
inline constexpr std::int64_t unknown = -1;

/// Up to 8 extents, each ≥ 0 or `unknown`. Throws ShapeError for a ninth extent or another negative one.
class Shape {
 public:
  static constexpr int max_rank = 8;

  Shape() = default;  // rank 0: a scalar
  Shape(std::initializer_list<std::int64_t> extents) : Shape(std::span(extents.begin(), extents.size())) {}
  explicit Shape(std::span<const std::int64_t> extents);

  int rank() const { return rank_; }
  std::int64_t operator[](int axis) const { return extents_[static_cast<std::size_t>(axis)]; }
  const std::int64_t* begin() const { return extents_.data(); }
  const std::int64_t* end() const { return extents_.data() + rank_; }

  /// True when no extent is unknown.
  bool known() const;
  /// Number of elements. Throws ShapeError when an extent is unknown or the product overflows int64.
  std::int64_t elements() const;
  /// Copies with one extent changed, removed or inserted before `axis`.
  Shape with(int axis, std::int64_t extent) const;
  Shape without(int axis) const;
  Shape inserted(int axis, std::int64_t extent) const;
  Shape appended(std::int64_t extent) const { return inserted(rank_, extent); }

  bool operator==(const Shape& other) const;
  /// "[N,3,28,28]"; an unknown extent prints as N on axis 0, ? elsewhere.
  std::string to_string() const;

 private:
  std::array<std::int64_t, max_rank> extents_{};
  int rank_ = 0;
};

}  // namespace luge
