#include "luge/nn/padded.h"

#include <fmt/format.h>

#include "luge/error.h"
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/shape.h"
#include "nn/padded_axes.h"

namespace luge::nn {

Tensor sequence_mask(const Tensor& length, const Tensor& like, int axis) {
  Padded{like, length, axis}.check();
  Tensor cells = like;  // its shape alone is used: [N,T]
  for (int other = like.rank() - 1; other > 0; --other) {
    if (other != axis) cells = select(cells, other, 0);
  }
  return less(iota_like(cells, 1), cast(unsqueeze(length, 1), i64));
}

void Padded::check() const {
  if (axis < 1 || axis >= values.rank()) {
    throw ShapeError(fmt::format("padded values {} have no axis {} of positions; expected 1 to {}",
                                 values.shape().to_string(), axis, values.rank() - 1));
  }
  if (!is_integer(length.dtype())) {
    throw DTypeError(
        fmt::format("the lengths of padded values are {}; expected integers", name(length.dtype())));
  }
  const auto fits = [&] {
    const std::int64_t rows = values.extent(0);
    return length.rank() == 1 && (length.extent(0) == rows || length.extent(0) == unknown || rows == unknown);
  };
  if (!fits()) {
    throw ShapeError(
        fmt::format("the lengths of padded values {} have the shape {}; expected [N], one for each sequence "
                    "(values that are padded along several axes have no mask)",
                    values.shape().to_string(), length.shape().to_string()));
  }
}

void check_axis(const Padded& x, int axis) {
  if (x.axis == axis) return;
  throw ShapeError(fmt::format("the padded axis of {} is {}; expected {} (Padded::transposed exchanges axes)",
                               x.values.shape().to_string(), x.axis, axis));
}

void check_apart(const Padded& x, std::int64_t first, int count) {
  const std::int64_t begin = first < 0 ? first + x.values.rank() : first;
  if (x.axis < begin || x.axis >= begin + count) return;
  throw ShapeError(
      fmt::format("the padded axis of {} is {}, along which the layer computes; expected another one "
                  "(Padded::transposed exchanges axes)",
                  x.values.shape().to_string(), x.axis));
}

Padded Padded::transposed(int axis_a, int axis_b) const {
  for (const int a : {axis_a, axis_b}) {
    if (a < 1 || a >= values.rank()) {
      throw ShapeError(fmt::format("padded values {} have no axis {} to exchange; expected 1 to {}",
                                   values.shape().to_string(), a, values.rank() - 1));
    }
  }
  return {transpose(values, axis_a, axis_b), length,
          axis == axis_a   ? axis_b
          : axis == axis_b ? axis_a
                           : axis};
}

Tensor Padded::mask() const { return sequence_mask(length, values, axis); }

Tensor Padded::expanded_mask() const {
  Tensor all = mask();
  for (int a = 1; a < values.rank(); ++a) {
    if (a != axis) all = unsqueeze(all, a);
  }
  return all;
}

Tensor Padded::filled(Scalar value) const {
  const Operand other = values.dtype() == boolean ? Operand(value.real() != 0) : Operand(value);
  return where(expanded_mask(), values, other);
}

}  // namespace luge::nn
