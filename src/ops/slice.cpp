// slice: every step-th element of an axis between two bounds. Its gradient, unslice, puts them back among
// zeros.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "graph/op_registry.h"
#include "luge/ops/shape.h"
#include "ops/checks.h"
#include "ops/exact_slice.h"
#include "ops/strided.h"

namespace luge {
namespace {

struct SliceAttributes {
  std::int64_t axis = 0;
  std::int64_t start = 0;
  std::int64_t stop = SliceOptions::end;
  std::int64_t step = 1;
  bool exact = false;  // a bound outside the axis is an error
  static void fields(auto& self, auto&& field) {
    field("axis", self.axis);
    field("start", self.start);
    field("stop", self.stop);
    field("step", self.step);
    field("exact", self.exact);
  }
};

struct Positions {
  std::int64_t first, count;
};

// The positions on an axis of extent n, as in Python.
Positions positions_of(const SliceAttributes& a, std::int64_t n) {
  const bool forward = a.step > 0;
  const std::int64_t low = forward ? 0 : -1, high = forward ? n : n - 1;
  const auto bound = [&](std::int64_t at, std::int64_t left_out) {
    if (at == SliceOptions::end) return left_out;
    return std::clamp(at < 0 ? at + n : at, low, high);
  };
  const std::int64_t first = bound(a.start, high), last = bound(a.stop, forward ? n : -1);
  const std::int64_t room = forward ? last - first : first - last;
  if (room <= 0) return {first, 0};
  return {first, forward ? (room - 1) / a.step + 1 : -((room - 1) / a.step) + 1};
}

Type sliced(std::string_view op, const Type& x, const SliceAttributes& a) {
  const int along = check_axis(op, a.axis, x.shape.rank());
  if (a.step == 0 || a.step == std::numeric_limits<std::int64_t>::min()) {
    throw ValueError(fmt::format("{}: step is {}, expected another number", op, a.step));
  }
  const std::int64_t n = x.shape[along];
  const bool outside = n >= 0 && (a.start < -n || a.start > n || a.stop > n);
  if (a.exact && (outside || (a.start >= 0 && a.stop < a.start))) {
    throw ShapeError(fmt::format("{}: positions {} to {} are not all on axis {} of {}", op, a.start, a.stop,
                                 along, x.to_string()));
  }
  if (n >= 0) return {x.dtype, x.shape.with(along, positions_of(a, n).count)};
  const bool counted = a.exact && a.start >= 0;
  return {x.dtype, x.shape.with(along, counted ? a.stop - a.start : unknown)};
}

// The positions as a box in the memory of the whole.
Strided box_in(const View& whole, const SliceAttributes& a) {
  const auto axis = static_cast<std::size_t>(a.axis);
  Strides strides = dense_strides(whole.type.shape);
  const std::int64_t extent = whole.type.shape[static_cast<int>(axis)];
  const Positions found = positions_of(a, extent);
  const std::int64_t offset = found.count > 0 ? found.first * strides[axis] : 0;
  strides[axis] *= std::clamp(a.step, -extent, extent);  // a longer step would leave the axis
  return {whole.data, offset, strides};
}

Tensor unslice(const SliceAttributes& attributes, const Tensor& g, const Tensor& like);

struct Slice : Op<Slice, SliceAttributes> {
  static constexpr auto name = "slice";
  static constexpr Traits traits{.narrowing = Narrowing::follows};

  Types infer(const Types& in) const {
    check_inputs(name, in, 1);
    return {sliced(name, in[0], *this)};
  }
  Tensors gradient(const GradientCall& c) const { return {unslice(*this, c.g[0], c.in[0])}; }
  void reference(const ReferenceCall& call) const {
    const Type& y = call.out[0].type;
    copy_box(y.shape, size_of(y.dtype), box_in(call.in[0], *this),
             {call.out[0].data, 0, dense_strides(y.shape)});
  }
};
const Registered<Slice> registered_slice;

struct Unslice : Op<Unslice, SliceAttributes> {
  static constexpr auto name = "unslice";
  static constexpr Traits traits{.type_only = 2, .narrowing = Narrowing::follows};

  Types infer(const Types& in) const {
    check_inputs(name, in, 2);
    check_same_shape(name, "gradient", in[0], "slice", sliced(name, in[1], *this));
    return {Type{in[0].dtype, in[1].shape}};
  }
  Tensors gradient(const GradientCall& c) const { return {make<Slice>(*this, c.g[0]), Tensor()}; }
  void reference(const ReferenceCall& call) const {
    const View &g = call.in[0], &whole = call.out[0];
    const std::size_t bytes = size_of(g.type.dtype);
    std::memset(whole.data, 0, static_cast<std::size_t>(whole.type.shape.elements()) * bytes);
    copy_box(g.type.shape, bytes, {g.data, 0, dense_strides(g.type.shape)}, box_in(whole, *this));
  }
};
const Registered<Unslice> registered_unslice;

Tensor unslice(const SliceAttributes& attributes, const Tensor& g, const Tensor& like) {
  return make<Unslice>(attributes, g, like);
}

}  // namespace

Tensor slice(const Tensor& x, SliceOptions options) {
  const int axis = check_axis(Slice::name, options.axis, x.rank());
  return make<Slice>({axis, options.start, options.stop, options.step, false}, x);
}

Tensor slice(const Tensor& x, int axis, std::int64_t start, std::int64_t stop) {
  return slice(x, {.axis = axis, .start = start, .stop = stop});
}

Tensor exact_slice(const Tensor& x, int axis, std::int64_t start, std::int64_t length) {
  return make<Slice>({check_axis(Slice::name, axis, x.rank()), start, start + length, 1, true}, x);
}

}  // namespace luge
