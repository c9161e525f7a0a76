// What integer dtypes hold of C++ numbers.
#pragma once

#include "luge/tensor.h"

namespace luge {

/// Whether an integer dtype holds the whole number.
bool holds(DType dtype, const Scalar& number);

}  // namespace luge
