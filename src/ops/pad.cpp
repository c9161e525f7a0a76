// pad: x extended along its axes: with a number, which is a primitive, or with its own elements, which take
// reads.
#include <fmt/format.h>

#include <algorithm>

#include "graph/op_registry.h"
#include "luge/ops/index.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "ops/elementwise.h"
#include "ops/positions.h"
#include "ops/strided.h"

namespace luge {
namespace {

struct PadAttributes {
  std::vector<std::int64_t> before, after;  // one number per axis
  static void fields(auto& self, auto&& field) {
    field("before", self.before);
    field("after", self.after);
  }
};

struct Pad : Op<Pad, PadAttributes> {  // inputs: x, the number
  static constexpr auto name = "pad";
  static constexpr Traits traits{.narrowing = Narrowing::follows};

  Types infer(const Types& in) const {
    check_inputs(name, in, 2);
    check_same_dtype(name, in[0], in[1]);
    check_rank(name, "the number", in[1], 0);
    const auto rank = static_cast<std::size_t>(in[0].shape.rank());
    if (before.size() != rank || after.size() != rank) {
      throw ShapeError(fmt::format("pad: {} and {} pads for {}, expected {} of each", before.size(),
                                   after.size(), in[0].to_string(), rank));
    }
    Shape result = in[0].shape;
    for (std::size_t k = 0; k < rank; ++k) {
      const int axis = static_cast<int>(k);
      std::int64_t extent = in[0].shape[axis];
      if (before[k] < 0 || after[k] < 0) {
        throw ValueError(fmt::format("pad: {} and {} on axis {}, expected 0 or more; write slice to cut",
                                     before[k], after[k], axis));
      }
      if (extent < 0) continue;
      if (__builtin_add_overflow(extent, before[k], &extent) ||
          __builtin_add_overflow(extent, after[k], &extent)) {
        throw ShapeError(fmt::format("pad: axis {} of {} with {} before and {} after overflows 64 bits", axis,
                                     in[0].to_string(), before[k], after[k]));
      }
      result = result.with(axis, extent);
    }
    product(name, result, 0, result.rank());
    return {Type{in[0].dtype, result}};
  }
  Tensors gradient(const GradientCall& c) const {
    Tensors result(2);
    if (c.needs[0]) {
      result[0] = c.g[0];
      for (std::size_t k = 0; k < before.size(); ++k) {
        if (!before[k] && !after[k]) continue;
        const std::int64_t stop = after[k] ? -after[k] : SliceOptions::end;
        result[0] = slice(result[0], {.axis = static_cast<int>(k), .start = before[k], .stop = stop});
      }
    }
    if (c.needs[1]) {
      const Tensor outside = make<Pad>(*this, zeros_like(c.in[0]), scalar(1, c.in[0].dtype()));
      result[1] = sum(c.g[0] * outside);
    }
    return result;
  }
  void reference(const ReferenceCall& call) const {
    const View &x = call.in[0], &y = call.out[0];
    const std::size_t bytes = size_of(y.type.dtype);
    copy_box(y.type.shape, bytes, {call.in[1].data}, {y.data, 0, dense_strides(y.type.shape)});
    Strided inside{y.data, 0, dense_strides(y.type.shape)};
    for (std::size_t k = 0; k < before.size(); ++k) inside.offset += before[k] * inside.strides[k];
    copy_box(x.type.shape, bytes, {x.data, 0, dense_strides(x.type.shape)}, inside);
  }
};
const Registered<Pad> registered_pad;

void check_reach(const Tensor& x, const AxisPad& pad, PadMode mode) {
  const std::int64_t extent = x.shape()[pad.axis], most = std::max(pad.before, pad.after);
  if (extent < 0) return;
  const std::int64_t limit = mode == PadMode::reflect    ? extent - 1
                             : mode == PadMode::circular ? extent
                                                         : most;
  if (most > limit || (extent == 0 && most > 0)) {
    throw ShapeError(fmt::format("pad: {} elements on axis {}, whose extent {} gives at most {} in this mode",
                                 most, pad.axis, extent, extent == 0 ? 0 : limit));
  }
}

// One axis extended with its own elements.
Tensor extended(const Tensor& x, const AxisPad& pad, PadMode mode) {
  check_reach(x, pad, mode);
  const Tensor line = positions(x, pad.axis), extent = count(x, pad.axis);
  const Tensor longer = make<Pad>({{pad.before}, {pad.after}}, line, scalar(0, i64));
  const Tensor at = positions(longer, 0) - pad.before;
  switch (mode) {
    case PadMode::reflect: return take(x, extent - 1 - abs(extent - 1 - abs(at)), pad.axis);
    case PadMode::circular: return take(x, remainder(at, extent), pad.axis);
    default: return take(x, clamp(at, 0, extent - 1), pad.axis);
  }
}

}  // namespace

Tensor pad(const Tensor& x, const std::vector<AxisPad>& pads, PadOptions options) {
  PadAttributes attributes{std::vector<std::int64_t>(static_cast<std::size_t>(x.rank())),
                           std::vector<std::int64_t>(static_cast<std::size_t>(x.rank()))};
  std::vector<std::int64_t> axes;
  for (const AxisPad& pad : pads) {
    const int axis = check_axis(Pad::name, pad.axis, x.rank());
    axes.push_back(axis);
    attributes.before[static_cast<std::size_t>(axis)] = pad.before;
    attributes.after[static_cast<std::size_t>(axis)] = pad.after;
  }
  check_axes(Pad::name, axes, x.rank());
  if (options.mode == PadMode::constant) {
    const Scalar zero = x.dtype() == boolean && options.value.real() == 0 ? Scalar(false) : options.value;
    return make<Pad>(std::move(attributes), x, number_tensor(Pad::name, zero, x.dtype()));
  }
  Tensor result = x;
  for (const AxisPad& pad : pads) {
    result =
        extended(result, {check_axis(Pad::name, pad.axis, x.rank()), pad.before, pad.after}, options.mode);
  }
  return result;
}

}  // namespace luge
