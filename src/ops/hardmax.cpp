// hardmax: 1 at the first largest element along an axis, else 0 (ONNX Hardmax). A loop and not a
// decomposition, whose gradient would silently be 0.
#include <algorithm>
#include <cmath>

#include "graph/op_registry.h"
#include "luge/ops/squashing.h"
#include "ops/axis_attributes.h"
#include "ops/checks.h"
#include "ops/element.h"
#include "ops/indexed.h"

namespace luge {
namespace {

struct Hardmax : Op<Hardmax, AxisAttributes> {
  static constexpr auto name = "hardmax";
  static constexpr auto no_gradient = "its slope is 0 wherever it has one";

  Types infer(const Types& in) const {
    check_inputs(name, in, 1);
    check_float(name, in[0]);
    check_axis(name, axis, in[0].shape.rank());
    return {in[0]};
  }
  void reference(const ReferenceCall& call) const {
    const Shape& shape = call.in[0].type.shape;
    const AxisWalk walk(shape, static_cast<int>(axis));
    for_floating(call.in[0].type.dtype, [&]<class T>() {
      const T* x = call.in[0].as<const T>();
      T* y = call.out[0].as<T>();
      std::fill_n(y, shape.elements(), narrow<T>(0));
      for (std::int64_t row = 0; row < walk.outer * walk.inner && walk.extent > 0; ++row) {
        const std::int64_t begin = row / walk.inner * walk.extent * walk.inner + row % walk.inner;
        std::int64_t best = begin;
        bool nan = false;
        for (std::int64_t k = 0; k < walk.extent; ++k) {
          const std::int64_t at = begin + k * walk.inner;
          nan |= std::isnan(widen(x[at]));
          if (widen(x[at]) > widen(x[best])) best = at;
        }
        if (!nan) y[best] = narrow<T>(1);
        for (std::int64_t k = 0; nan && k < walk.extent; ++k) y[begin + k * walk.inner] = narrow<T>(NAN);
      }
    });
  }
};
const Registered<Hardmax> registered_hardmax;

}  // namespace

Tensor hardmax(const Tensor& x, std::int64_t axis) {
  return make<Hardmax>({check_axis("hardmax", axis, x.rank())}, x);
}

}  // namespace luge
