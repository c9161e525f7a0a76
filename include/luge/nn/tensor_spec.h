// TensorSpec: what is known of an input or output before there is a value.
#pragma once

#include <string>

#include "luge/dtype.h"
#include "luge/shape.h"

namespace luge::nn {

/// The name, the dtype and the shape of an input or output of a function.
struct TensorSpec {
  std::string name;   ///< the name
  DType dtype = f32;  ///< the dtype
  Shape shape;        ///< the shape with its batch axis; an unknown extent may differ from call to call
  /// Returns true when all are equal.
  bool operator==(const TensorSpec&) const = default;
};

}  // namespace luge::nn
