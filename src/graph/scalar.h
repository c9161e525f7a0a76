// What integer dtypes hold of C++ numbers, and elements as numbers for messages.
#pragma once

#include <concepts>

#include "core/dispatch.h"
#include "luge/tensor.h"

namespace luge {

/// Whether an integer dtype holds the whole number.
bool holds(DType dtype, const Scalar& number);

/// An element as a number, exact.
template <class T>
Scalar number_of(T element) {
  if constexpr (std::integral<T>) {
    return element;
  } else {
    return convert_element<double>(element);
  }
}

}  // namespace luge
