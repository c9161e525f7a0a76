// How a window slides over an image: the options that convolution and pooling share.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <utility>
#include <vector>

namespace luge {

/// How an image is extended before a window slides over it.
enum class PaddingMode : std::uint8_t {
  valid,     ///< not at all
  same,      ///< the output has ceil(extent / stride) elements; an odd pad goes to the end (ONNX SAME_UPPER)
  full,      ///< by kernel - 1 elements, times the dilation, at both ends: each partial overlap counts
  explicit_  ///< by the given numbers
};

/// What is in the padding of a convolution.
enum class Border : std::uint8_t {
  zeros,      ///< 0
  replicate,  ///< the border: a b c → a a a b c c c
  reflect,    ///< the mirror image without the border: a b c → c b a b c b a; pads must be below the extent
  circular,   ///< the other end: a b c → b c a b c a b; pads must not exceed the extent
};

/// The padding of a convolution or pooling: a mode, one number for all sides, or one number for each begin
/// and each end of the spatial axes. Examples: `PaddingMode::same`, `2`, `{{1, 0}, {1, 2}}`.
struct Padding {
  PaddingMode mode = PaddingMode::valid;  ///< how the image is extended
  std::vector<std::int64_t> begins,       ///< for explicit_: the number of elements before each spatial axis
      ends;                               ///< for explicit_: the number of elements after each spatial axis

  Padding() = default;  ///< no padding
  /// A mode.
  Padding(PaddingMode mode) : mode(mode) {}
  /// The same number of elements on all sides.
  Padding(std::int64_t all_sides) : Padding({all_sides}, {all_sides}) {}
  /// One number of elements before and one after each spatial axis.
  Padding(std::vector<std::int64_t> begins, std::vector<std::int64_t> ends)
      : mode(PaddingMode::explicit_), begins(std::move(begins)), ends(std::move(ends)) {}
};

/// One number for each spatial axis, or a single number for all of them: `3` or `{3, 5}`.
struct PerAxis {
  std::vector<std::int64_t> values;  ///< the numbers; empty: the default of the option

  PerAxis() = default;  ///< the default of the option
  /// One number for all spatial axes.
  template <std::integral T>
  PerAxis(T value) : values{static_cast<std::int64_t>(value)} {}
  /// One number for each spatial axis.
  PerAxis(std::initializer_list<std::int64_t> values) : values(values) {}
};

}  // namespace luge
