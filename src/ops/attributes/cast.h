#pragma once
#include "graph/op.h"

namespace luge {

/// The op cast to this dtype.
OpRef cast_op(DType dtype);

}  // namespace luge
