#pragma once
#include "graph/op.h"

namespace luge {

/// The op reshape to this shape, of which one extent may be -1.
OpRef reshape_op(const Shape& shape);

}  // namespace luge
