// The checks that infer functions share, so that every op words the same mistake in the same way:
// "<op>: <what>, got X; expected Y". Axes may count from the end; what comes back does not.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "graph/type.h"

namespace luge {

/// Number of inputs of a node read from a file. Throws ValueError.
void check_inputs(std::string_view op, const Types& in, std::size_t least, std::size_t most);
inline void check_inputs(std::string_view op, const Types& in, std::size_t count) {
  check_inputs(op, in, count, count);
}

/// `what` is the operand's name in the message: "input", "weight", "left operand". Throws ShapeError.
void check_rank(std::string_view op, std::string_view what, const Type& type, int rank);
void check_rank_between(std::string_view op, std::string_view what, const Type& type, int least, int most);
/// An extent that must be `expected`; an unknown one passes. Throws ShapeError.
void check_extent(std::string_view op, std::string_view what, const Type& type, int axis,
                  std::int64_t expected);
/// All extents equal where both are known. Throws ShapeError.
void check_same_shape(std::string_view op, std::string_view what_a, const Type& a, std::string_view what_b,
                      const Type& b);

/// The axis in [0, rank). Throws ShapeError.
int check_axis(std::string_view op, std::int64_t axis, int rank);
/// Distinct axes in [0, rank), sorted. Throws ShapeError.
std::vector<std::int64_t> check_axes(std::string_view op, std::span<const std::int64_t> axes, int rank);

/// Throws DTypeError naming both.
void check_same_dtype(std::string_view op, const Type& a, const Type& b);
void check_float(std::string_view op, const Type& type);
void check_number(std::string_view op, const Type& type);  // anything but bool
void check_integer(std::string_view op, const Type& type);
void check_bool(std::string_view op, const Type& type);

/// NumPy's broadcasting: aligned at the last axis, extents equal or one of them 1. An unknown extent and n
/// > 1 give n; an unknown extent and 1 stay unknown. Throws ShapeError naming both operands and the axis.
Shape broadcast_shapes(std::string_view op, const Type& a, const Type& b);
/// True when `from` may be broadcast to `to` (unknown extents fit everything).
bool broadcasts_to(const Shape& from, const Shape& to);
/// One extent known to be equal to another: the known one of the two.
inline std::int64_t known_of(std::int64_t a, std::int64_t b) { return a >= 0 ? a : b; }
/// Shape where each extent is the known one of two equal shapes.
Shape merged(const Shape& a, const Shape& b);
/// Product of extents [first, last); unknown when one of them is (0 wins). Throws ShapeError on overflow.
std::int64_t product(std::string_view op, const Shape& shape, int first, int last);

}  // namespace luge
