// What the ops that read or add at given indices share.
#pragma once

#include "graph/op_registry.h"
#include "ops/attributes/index.h"
#include "ops/checks.h"
#include "ops/element.h"

namespace luge {

/// A walk over `outer` blocks, an axis of `extent`, and `inner` elements.
struct AxisWalk {
  std::int64_t outer, extent, inner;
  AxisWalk(const Shape& shape, int axis)
      : outer(product("take", shape, 0, axis)),
        extent(shape[axis]),
        inner(product("take", shape, axis + 1, shape.rank())) {}
};

/// Index number `k`; records an error and gives -1 when it is not in [0, extent).
inline std::int64_t checked_index(const View& indices, std::int64_t k, std::int64_t extent, Status* status) {
  std::int64_t index = -1;
  for_integer(indices.type.dtype,
              [&]<class T>() { index = static_cast<std::int64_t>(indices.as<const T>()[k]); });
  if (index >= 0 && index < extent) return index;
  status->record({k, index, extent});
  return -1;
}

}  // namespace luge
