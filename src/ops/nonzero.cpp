// nonzero and masked_select: how many elements there are depends on the values, so these are read at once.
#include <fmt/format.h>

#include "core/dispatch.h"
#include "graph/trace.h"
#include "luge/ops/index.h"
#include "luge/ops/shape.h"
#include "ops/checks.h"
#include "ops/element.h"
#include "ops/strided.h"

namespace luge {
namespace {

// The row-major positions of the elements that are not 0.
std::vector<std::int64_t> positions_of(std::string_view op, const Tensor& x) {
  if (values_come_later()) {
    throw GraphError(fmt::format(
        "{}: the size of the result depends on values, which a compiled function does not have while it is "
        "traced; call it outside, or use where",
        op));
  }
  std::vector<std::int64_t> found;
  const std::span<const std::byte> bytes = x.bytes();
  dispatch(x.dtype(), [&]<class T>() {
    const T* elements = reinterpret_cast<const T*>(bytes.data());
    const auto count = static_cast<std::int64_t>(bytes.size() / sizeof(T));
    for (std::int64_t k = 0; k < count; ++k) {
      if (widen(elements[k]) != 0) found.push_back(k);
    }
  });
  return found;
}

}  // namespace

Tensor nonzero(const Tensor& x) {
  const std::vector<std::int64_t> found = positions_of("nonzero", x);
  const Strides strides = dense_strides(x.shape());
  std::vector<std::int64_t> indices;
  indices.reserve(found.size() * static_cast<std::size_t>(x.rank()));
  for (int axis = 0; axis < x.rank(); ++axis) {
    for (const std::int64_t position : found)
      indices.push_back(position / strides[static_cast<std::size_t>(axis)] % x.shape()[axis]);
  }
  return tensor(indices, {x.rank(), static_cast<std::int64_t>(found.size())});
}

Tensor masked_select(const Tensor& x, const Tensor& mask) {
  const Type values{x.dtype(), x.shape()}, truths{mask.dtype(), mask.shape()};
  check_bool("masked_select (mask)", truths);
  const Shape shape = broadcast_shapes("masked_select", values, truths);
  const std::vector<std::int64_t> found = positions_of("masked_select", broadcast_to(mask, shape));
  return take(flatten(broadcast_to(x, shape)), tensor(found, {static_cast<std::int64_t>(found.size())}));
}

}  // namespace luge
