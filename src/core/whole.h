// Whole numbers among elements of any type: ids, labels and classes, exact over all of int64.
#pragma once

#include <cmath>
#include <concepts>
#include <cstdint>
#include <optional>

#include "core/dispatch.h"

namespace luge {

/// The element as int64; nothing when it has a fraction, is NaN, or is outside int64.
template <class T>
std::optional<std::int64_t> as_whole(T element) {
  if constexpr (std::integral<T>) {
    return static_cast<std::int64_t>(element);
  } else {
    const auto value = convert_element<double>(element);
    if (!(value >= -0x1p63 && value < 0x1p63) || value != std::trunc(value)) return std::nullopt;
    return static_cast<std::int64_t>(value);
  }
}

/// The element as int64 or double, in the type that holds it exactly.
template <class T>
auto exactly(T element) {
  if constexpr (std::integral<T>) {
    return static_cast<std::int64_t>(element);
  } else {
    return convert_element<double>(element);
  }
}

}  // namespace luge
