#include "ops/checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "luge/error.h"

namespace luge {

void check_inputs(std::string_view op, const Types& in, std::size_t least, std::size_t most) {
  if (in.size() >= least && in.size() <= most) return;
  const std::string expected =
      least == most ? fmt::format("{}", least) : fmt::format("{} to {}", least, most);
  throw ValueError(fmt::format("{}: got {} inputs, expected {}", op, in.size(), expected));
}

void check_rank(std::string_view op, std::string_view what, const Type& type, int rank) {
  if (type.shape.rank() == rank) return;
  throw ShapeError(
      fmt::format("{}: {} {} has {} axes, expected {}", op, what, type.to_string(), type.shape.rank(), rank));
}

void check_rank_between(std::string_view op, std::string_view what, const Type& type, int least, int most) {
  if (type.shape.rank() >= least && type.shape.rank() <= most) return;
  throw ShapeError(fmt::format("{}: {} {} has {} axes, expected {} to {}", op, what, type.to_string(),
                               type.shape.rank(), least, most));
}

void check_extent(std::string_view op, std::string_view what, const Type& type, int axis,
                  std::int64_t expected) {
  const std::int64_t extent = type.shape[axis];
  if (extent == expected || extent < 0 || expected < 0) return;
  throw ShapeError(fmt::format("{}: {} {} has extent {} on axis {}, expected {}", op, what, type.to_string(),
                               extent, axis, expected));
}

void check_same_shape(std::string_view op, std::string_view what_a, const Type& a, std::string_view what_b,
                      const Type& b) {
  if (a.shape.rank() != b.shape.rank()) {
    throw ShapeError(fmt::format("{}: {} {} and {} {} have {} and {} axes, expected the same shape", op,
                                 what_a, a.to_string(), what_b, b.to_string(), a.shape.rank(),
                                 b.shape.rank()));
  }
  for (int axis = 0; axis < a.shape.rank(); ++axis) {
    if (a.shape[axis] == b.shape[axis] || a.shape[axis] < 0 || b.shape[axis] < 0) continue;
    throw ShapeError(fmt::format("{}: {} {} and {} {} differ on axis {}: {} and {}; expected the same shape",
                                 op, what_a, a.to_string(), what_b, b.to_string(), axis, a.shape[axis],
                                 b.shape[axis]));
  }
}

int check_axis(std::string_view op, std::int64_t axis, int rank) {
  if (axis >= -rank && axis < rank) return static_cast<int>(axis < 0 ? axis + rank : axis);
  if (rank == 0) throw ShapeError(fmt::format("{}: axis {} of a rank-0 tensor, which has no axes", op, axis));
  throw ShapeError(fmt::format("{}: axis {} is out of range, expected {} to {}", op, axis, -rank, rank - 1));
}

std::vector<std::int64_t> check_axes(std::string_view op, std::span<const std::int64_t> axes, int rank) {
  std::vector<std::int64_t> result;
  result.reserve(axes.size());
  for (std::int64_t axis : axes) result.push_back(check_axis(op, axis, rank));
  std::sort(result.begin(), result.end());
  const auto twice = std::adjacent_find(result.begin(), result.end());
  if (twice != result.end()) {
    throw ShapeError(fmt::format("{}: axis {} is named twice in {{{}}}; expected distinct axes", op, *twice,
                                 fmt::join(axes, ", ")));
  }
  return result;
}

void check_same_dtype(std::string_view op, const Type& a, const Type& b) {
  if (a.dtype == b.dtype) return;
  throw DTypeError(
      fmt::format("{}: operands {} and {} have different dtypes; nothing is converted silently, write "
                  "cast(x, luge::{})",
                  op, a.to_string(), b.to_string(),
                  is_floating(a.dtype) || !is_floating(b.dtype) ? name(a.dtype) : name(b.dtype)));
}

namespace {

[[noreturn]] void wrong_dtype(std::string_view op, const Type& type, std::string_view expected) {
  throw DTypeError(fmt::format("{}: got {}, expected {}; write cast first", op, type.to_string(), expected));
}

}  // namespace

void check_float(std::string_view op, const Type& type) {
  if (!is_floating(type.dtype)) wrong_dtype(op, type, "a floating tensor");
}

void check_number(std::string_view op, const Type& type) {
  if (type.dtype == DType::boolean) wrong_dtype(op, type, "a tensor of numbers");
}

void check_integer(std::string_view op, const Type& type) {
  if (!is_integer(type.dtype)) wrong_dtype(op, type, "an integer tensor");
}

void check_bool(std::string_view op, const Type& type) {
  if (type.dtype != DType::boolean) wrong_dtype(op, type, "a bool tensor");
}

Shape broadcast_shapes(std::string_view op, const Type& a, const Type& b) {
  if (a.shape == b.shape) return a.shape;
  const Shape& longer = a.shape.rank() >= b.shape.rank() ? a.shape : b.shape;
  const Shape& shorter = a.shape.rank() >= b.shape.rank() ? b.shape : a.shape;
  const int offset = longer.rank() - shorter.rank();
  Shape result = longer;
  for (int axis = offset; axis < longer.rank(); ++axis) {
    const std::int64_t x = longer[axis], y = shorter[axis - offset];
    if (x == y || y == 1) continue;
    if (x == 1 || (x < 0 && y != 1)) {
      result = result.with(axis, y);
    } else if (y >= 0) {
      throw ShapeError(fmt::format(
          "{}: left operand {} and right operand {} do not broadcast: {} and {} on axis {}; "
          "expected equal extents or 1",
          op, a.to_string(), b.to_string(), &longer == &a.shape ? x : y, &longer == &a.shape ? y : x, axis));
    }
  }
  return result;
}

bool broadcasts_to(const Shape& from, const Shape& to) {
  if (from.rank() > to.rank()) return false;
  const int offset = to.rank() - from.rank();
  for (int axis = 0; axis < from.rank(); ++axis) {
    const std::int64_t x = from[axis], y = to[axis + offset];
    if (x != y && x != 1 && x >= 0 && y >= 0) return false;
  }
  return true;
}

Shape merged(const Shape& a, const Shape& b) {
  Shape result = a;
  for (int axis = 0; axis < a.rank() && axis < b.rank(); ++axis)
    result = result.with(axis, known_of(a[axis], b[axis]));
  return result;
}

std::int64_t product(std::string_view op, const Shape& shape, int first, int last) {
  std::int64_t result = 1;
  bool missing = false, overflow = false, empty = false;
  for (int axis = first; axis < last; ++axis) {
    empty |= shape[axis] == 0;
    missing |= shape[axis] < 0;
    if (shape[axis] > 0) overflow |= __builtin_mul_overflow(result, shape[axis], &result);
  }
  if (overflow)
    throw ShapeError(
        fmt::format("{}: the number of elements of {} overflows 64 bits", op, shape.to_string()));
  return empty ? 0 : missing ? unknown : result;
}

}  // namespace luge
