// positions: 0, 1, … along an axis, from the type alone. iota_like, arange and eye are made of it.
#include "ops/positions.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/shape.h"
#include "ops/elementwise.h"

namespace luge {
namespace {

struct PositionsAttributes {
  std::int64_t axis = 0;
  static void fields(auto& self, auto&& field) { field("axis", self.axis); }
};

struct Positions : Op<Positions, PositionsAttributes> {
  static constexpr auto name = "positions";
  static constexpr Traits traits{.type_only = 1};
  static constexpr auto no_gradient = "it depends on the shape alone";

  Types infer(const Types& in) const {
    check_inputs(name, in, 1);
    return {Type{DType::i64, {in[0].shape[check_axis(name, axis, in[0].shape.rank())]}}};
  }
  void reference(const ReferenceCall& call) const {
    auto* y = call.out[0].as<std::int64_t>();
    std::iota(y, y + call.out[0].type.shape[0], 0);
  }
};
const Registered<Positions> registered_positions;

__extension__ using Int128 = __int128;

Int128 exact(const Scalar& number) { return number.is_large() ? Int128{number.bits()} : Int128{number.whole()}; }

// How many of start, start+step, … are below stop.
std::int64_t range_count(const Scalar& start, const Scalar& stop, const Scalar& step) {
  if (step.real() == 0) throw ValueError("arange: step is 0, expected another number");
  if (!std::isfinite(start.real()) || !std::isfinite(stop.real()) || !std::isfinite(step.real())) {
    throw ValueError(fmt::format("arange: got start {}, stop {}, step {}; expected finite numbers",
                                 start.to_string(), stop.to_string(), step.to_string()));
  }
  if (!start.is_real() && !stop.is_real() && !step.is_real()) {  // exact where doubles are not
    const Int128 distance = exact(stop) - exact(start), by = exact(step);
    const Int128 steps = distance / by + (distance % by != 0 && (distance < 0) == (by < 0) ? 1 : 0);
    if (steps > std::numeric_limits<std::int64_t>::max()) {
      throw ShapeError(fmt::format("arange: from {} to {} by {} are more elements than 64 bits can count",
                                   start.to_string(), stop.to_string(), step.to_string()));
    }
    return steps > 0 ? static_cast<std::int64_t>(steps) : 0;
  }
  const double steps = std::ceil((stop.real() - start.real()) / step.real());
  if (steps > 9e18)
    throw ShapeError(fmt::format("arange: {} elements are more than 64 bits can count", steps));
  return steps > 0 ? static_cast<std::int64_t>(steps) : 0;
}

}  // namespace

Tensor positions(const Tensor& like, int axis) {
  return make<Positions>({check_axis(Positions::name, axis, like.rank())}, like);
}

Tensor positions_along(const Tensor& like, int axis) {
  const int along = check_axis(Positions::name, axis, like.rank());
  Tensor line = positions(like, along);
  std::vector<std::int64_t> later(static_cast<std::size_t>(like.rank() - 1 - along));
  std::iota(later.begin(), later.end(), 1);
  return unsqueeze(line, Axes(later));
}

Tensor iota_like(const Tensor& like, int axis) { return broadcast_like(positions_along(like, axis), like); }

Tensor arange(Scalar start, Scalar stop, Scalar step, DType dtype) {
  const auto is_i64 = [](const Scalar& x) { return !x.is_real() && !x.is_bool() && !x.is_large(); };
  const bool exact = is_i64(start) && is_i64(step) && (is_i64(stop) || stop.is_large());
  if (is_integer(dtype) || (is_floating(dtype) && exact)) {
    if (!stop.is_large()) number_tensor("arange", stop, i64);  // which is left out, and so may be 2^63
    const Tensor from = number_tensor("arange", start, i64), by = number_tensor("arange", step, i64);
    const std::int64_t count = range_count(start, stop, step);
    if (count > 0) {
      // Both ends must fit the dtype. The product alone may leave 64 bits where the last element does not, so
      // it wraps.
      const std::uint64_t last = start.bits() + static_cast<std::uint64_t>(count - 1) * step.bits();
      number_tensor("arange", start, dtype);
      number_tensor("arange", static_cast<std::int64_t>(last), dtype);
    }
    return cast(positions(zeros({count}, i64), 0) * by + from, dtype);
  }
  const Tensor steps = cast(positions(zeros({range_count(start, stop, step)}, i64), 0), f64);
  return cast(steps * step.real() + start.real(), dtype);
}

Tensor eye(std::int64_t rows, DType dtype) {
  const Tensor line = positions(zeros({rows}, i64), 0);
  return cast(equal(unsqueeze(line, 1), line), dtype);
}

}  // namespace luge
