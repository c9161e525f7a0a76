// Type: what is known about a value before it is computed.
#pragma once

#include <string>

#include "core/inline_vector.h"
#include "luge/dtype.h"
#include "luge/shape.h"

namespace luge {

struct Type {
  DType dtype = DType::f32;
  Shape shape;
  bool operator==(const Type&) const = default;
  std::string to_string() const;  // "f32[64,10]"
};

using Types = InlineVector<Type, 2>;

}  // namespace luge
