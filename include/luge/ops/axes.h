// Axes: which axes a function works on.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <vector>

namespace luge {

/// A set of axes. `{}` means all axes, `1` means axis 1, `{0, -1}` means the first and the last axis, and
/// from(1) means axis 1 and all axes after it. Negative axes count from the end.
class Axes {
 public:
  Axes() = default;  ///< all axes
  /// One axis.
  Axes(int axis) : axes_{axis}, kind_(Kind::listed) {}
  /// The axes of a list in braces.
  Axes(std::initializer_list<int> axes) : axes_(axes.begin(), axes.end()), kind_(Kind::listed) {}
  /// The axes of a vector. An empty vector means no axis.
  explicit Axes(std::vector<std::int64_t> axes) : axes_(std::move(axes)), kind_(Kind::listed) {}

  /// Returns the axes of a tensor of this rank: in 0 … rank-1, sorted, without repetition. Throws ShapeError,
  /// whose text begins with `op`, when an axis is out of range or named twice.
  std::vector<std::int64_t> resolve(std::string_view op, int rank) const;
  /// Returns true when this means all axes of any tensor.
  bool all() const { return kind_ == Kind::all; }
  /// Returns the number of axes that were listed.
  std::size_t size() const { return axes_.size(); }

 private:
  friend Axes from(int axis);
  enum class Kind : std::uint8_t { all, listed, from };
  std::vector<std::int64_t> axes_;
  Kind kind_ = Kind::all;
};

/// Returns this axis and all axes after it.
inline Axes from(int axis) {
  Axes axes(axis);
  axes.kind_ = Axes::Kind::from;
  return axes;
}

/// Whether a reduced axis stays in the result, with extent 1.
enum class Keep : bool {
  no,  ///< the axis is removed
  yes  ///< the axis stays with extent 1
};
/// Short name of Keep::yes, as in sum(x, 1, keep_dims).
inline constexpr Keep keep_dims = Keep::yes;

}  // namespace luge
