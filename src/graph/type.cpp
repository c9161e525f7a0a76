#include "graph/type.h"

#include "graph/fields.h"

namespace luge {

std::string Type::to_string() const { return std::string(name(dtype)) + shape.to_string(); }

DType fields_detail::dtype_named(std::string_view text) {
  for (int i = 0; i <= static_cast<int>(DType::boolean); ++i) {
    if (name(static_cast<DType>(i)) == text) return static_cast<DType>(i);
  }
  throw FormatError("unknown dtype '" + std::string(text) + "'");
}

}  // namespace luge
