// How a function is told which axes it works on.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <vector>

namespace luge {

/// A set of axes: none given means all; {0, -1} the first and the last; from(1) axis 1 and all behind it.
class Axes {
 public:
  Axes() = default;
  Axes(int axis) : axes_{axis}, kind_(Kind::listed) {}
  Axes(std::initializer_list<int> axes) : axes_(axes.begin(), axes.end()), kind_(Kind::listed) {}
  explicit Axes(std::vector<std::int64_t> axes) : axes_(std::move(axes)), kind_(Kind::listed) {}

  /// Distinct axes in [0, rank), sorted. Throws ShapeError, naming `op`, for one out of range or named twice.
  std::vector<std::int64_t> resolve(std::string_view op, int rank) const;
  bool all() const { return kind_ == Kind::all; }
  /// How many axes were listed.
  std::size_t size() const { return axes_.size(); }

 private:
  friend Axes from(int axis);
  enum class Kind : std::uint8_t { all, listed, from };
  std::vector<std::int64_t> axes_;
  Kind kind_ = Kind::all;
};

/// This axis and all behind it.
inline Axes from(int axis) {
  Axes axes(axis);
  axes.kind_ = Axes::Kind::from;
  return axes;
}

/// Whether a reduced axis stays, with extent 1.
enum class Keep : bool { no, yes };
inline constexpr Keep keep_dims = Keep::yes;

}  // namespace luge
