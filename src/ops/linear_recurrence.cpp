// linear_recurrence: y[k] = b[k] + a[k]·y[k-1], or, as its gradient needs, y[k] = b[k] + a[k+1]·y[k+1]. Each
// is the other's gradient with respect to b.
#include "graph/op_registry.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "ops/checks.h"
#include "ops/element.h"

namespace luge {
namespace {

struct RecurrenceAttributes {
  std::int64_t axis = 0;
  bool reverse = false;
  static void fields(auto& self, auto&& field) {
    field("axis", self.axis);
    field("reverse", self.reverse);
  }
};

// Each element moved by one along the axis; the first one is 0.
Tensor delayed(const Tensor& x, int axis) {
  return slice(pad(x, {{axis, 1, 0}}), {.axis = axis, .stop = -1});
}

struct LinearRecurrence : Op<LinearRecurrence, RecurrenceAttributes> {
  static constexpr auto name = "linear_recurrence";

  Types infer(const Types& in) const {
    check_inputs(name, in, 2);
    check_number(name, in[0]);
    check_same_dtype(name, in[0], in[1]);
    check_same_shape(name, "a", in[0], "b", in[1]);
    check_axis(name, axis, in[0].shape.rank());
    return {Type{in[0].dtype, merged(in[0].shape, in[1].shape)}};
  }
  Tensors gradient(const GradientCall& c) const {
    const int along = static_cast<int>(axis);
    const Tensor back = make<LinearRecurrence>({axis, !reverse}, c.in[0], c.g[0]);
    const Tensor a = reverse ? delayed(back, along) * c.out[0] : back * delayed(c.out[0], along);
    return {a, back};
  }
  void reference(const ReferenceCall& call) const {
    const Shape& shape = call.in[0].type.shape;
    const int along = check_axis(name, axis, shape.rank());
    const std::int64_t length = shape[along], inner = product(name, shape, along + 1, shape.rank());
    for_number(call.in[0].type.dtype, [&]<class T>() {
      for (std::int64_t i = 0, lines = length ? shape.elements() / length : 0; i < lines; ++i) {
        const std::int64_t start = (i / inner) * length * inner + i % inner;
        const T *a = call.in[0].as<const T>() + start, *b = call.in[1].as<const T>() + start;
        T* y = call.out[0].as<T>() + start;
        Wide<T> previous = 0;
        for (std::int64_t k = 0; k < length; ++k) {
          const std::int64_t at = (reverse ? length - 1 - k : k) * inner;
          const Wide<T> factor = k == 0 ? Wide<T>{0} : widen(a[reverse ? at + inner : at]);
          previous = k == 0 ? widen(b[at]) : plus(times(factor, previous), widen(b[at]));
          y[at] = narrow<T>(previous);
        }
      }
    });
  }
};
const Registered<LinearRecurrence> registered_linear_recurrence;

}  // namespace

Tensor linear_recurrence(const Tensor& a, const Tensor& b, int axis) {
  return make<LinearRecurrence>({check_axis(LinearRecurrence::name, axis, a.rank()), false}, a, b);
}

}  // namespace luge
