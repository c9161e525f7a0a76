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
  valid,     // not at all
  same,      // SAME_UPPER: the output has ceil(extent / stride) elements; an odd zero goes behind
  full,      // by kernel - 1 (dilated) on both sides: every overlap counts
  explicit_  // by the numbers given
};

/// `PaddingMode::same`, one number for all sides, or all begins and all ends, one of each per spatial axis.
struct Padding {
  PaddingMode mode = PaddingMode::valid;
  std::vector<std::int64_t> begins, ends;

  Padding() = default;
  Padding(PaddingMode mode) : mode(mode) {}
  Padding(std::int64_t all_sides) : Padding({all_sides}, {all_sides}) {}
  Padding(std::vector<std::int64_t> begins, std::vector<std::int64_t> ends)
      : mode(PaddingMode::explicit_), begins(std::move(begins)), ends(std::move(ends)) {}
};

/// One number per spatial axis; a single number counts for all of them.
struct PerAxis {
  std::vector<std::int64_t> values;

  PerAxis() = default;  // left open: the default of the option
  template <std::integral T>
  PerAxis(T value) : values{static_cast<std::int64_t>(value)} {}
  PerAxis(std::initializer_list<std::int64_t> values) : values(values) {}
};

}  // namespace luge
