#include "ops/matrices.h"

#include <fmt/format.h>

#include <algorithm>

#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "ops/positions.h"

namespace luge {

std::int64_t matrix_of(const Shape& operand, const Shape& result, std::int64_t index) {
  std::int64_t matrix = 0, step = 1;
  for (int k = 3; k <= result.rank(); ++k) {
    const std::int64_t extent = result[result.rank() - k];
    const std::int64_t at = index % extent;
    index /= extent;
    if (operand.rank() < k) continue;
    const std::int64_t own = operand[operand.rank() - k];
    matrix += (own == 1 ? 0 : at) * step;
    step *= own;
  }
  return matrix;
}

void check_matrices(std::string_view op, std::string_view what, const Type& type) {
  check_float(op, type);
  check_rank_between(op, what, type, 2, Shape::max_rank);
}

void check_square(std::string_view op, std::string_view what, const Type& type) {
  check_matrices(op, what, type);
  const std::int64_t rows = type.shape[type.shape.rank() - 2], columns = type.shape[type.shape.rank() - 1];
  if (rows == columns || rows == unknown || columns == unknown) return;
  throw ShapeError(fmt::format("{}: {} is {}; expected square matrices, got {} rows and {} columns", op, what,
                               type.to_string(), rows, columns));
}

Shape batch_of(const Shape& shape) {
  return Shape(std::span(shape.begin(), static_cast<std::size_t>(shape.rank() - 2)));
}

Type solution_type(std::string_view op, const Types& in) {
  check_inputs(op, in, 2);
  const Type &a = in[0], &b = in[1];
  check_square(op, "a", a);
  check_same_dtype(op, a, b);
  check_rank_between(op, "b", b, 2, Shape::max_rank);
  const std::int64_t rows = a.shape[a.shape.rank() - 1], wanted = b.shape[b.shape.rank() - 2];
  if (rows != wanted && rows != unknown && wanted != unknown) {
    throw ShapeError(fmt::format("{}: a is {}, b is {}; expected {} rows of b, got {}", op, a.to_string(),
                                 b.to_string(), rows, wanted));
  }
  const Shape batch = broadcast_shapes(op, {a.dtype, batch_of(a.shape)}, {b.dtype, batch_of(b.shape)});
  const Shape result = batch.appended(known_of(wanted, rows)).appended(b.shape[b.shape.rank() - 1]);
  product(op, result, 0, result.rank());
  return {b.dtype, result};
}

std::int64_t matrices_of(std::string_view op, const Shape& shape) {
  return product(op, shape, 0, shape.rank() - 2);
}

void load_matrix(const View& from, std::int64_t index, std::span<double> to) {
  for_floating(from.type.dtype, [&]<class T>() {
    const T* elements = from.as<const T>() + index * static_cast<std::int64_t>(to.size());
    std::transform(elements, elements + to.size(), to.begin(), [](T x) { return widen(x); });
  });
}

void store_matrix(std::span<const double> from, const View& to, std::int64_t index) {
  for_floating(to.type.dtype, [&]<class T>() {
    T* elements = to.as<T>() + index * static_cast<std::int64_t>(from.size());
    std::transform(from.begin(), from.end(), elements, [](double x) { return narrow<T>(x); });
  });
}

Tensor identity_like(const Tensor& x) {
  const Tensor diagonal = equal(positions_along(x, -1), positions_along(x, -2));
  return broadcast_like(cast(diagonal, x.dtype()), x);
}

}  // namespace luge
