// Constants: a number broadcast, so nothing is stored until the elements are needed.
#include <fmt/format.h>

#include "luge/ops/shape.h"
#include "ops/elementwise.h"

namespace luge {

Tensor full(const Shape& shape, Scalar value, DType dtype) {
  if (!shape.known())
    throw ShapeError(fmt::format("full: the shape {} has unknown extents", shape.to_string()));
  return broadcast_to(number_tensor("full", value, dtype), shape);
}
Tensor zeros(const Shape& shape, DType dtype) {
  return full(shape, dtype == boolean ? Scalar(false) : Scalar(0), dtype);
}
Tensor ones(const Shape& shape, DType dtype) {
  return full(shape, dtype == boolean ? Scalar(true) : Scalar(1), dtype);
}

Tensor full_like(const Tensor& like, Scalar value) {
  return broadcast_like(number_tensor("full_like", value, like.dtype()), like);
}
Tensor zeros_like(const Tensor& like) {
  return full_like(like, like.dtype() == boolean ? Scalar(false) : Scalar(0));
}
Tensor ones_like(const Tensor& like) {
  return full_like(like, like.dtype() == boolean ? Scalar(true) : Scalar(1));
}

}  // namespace luge
