// cumsum: running sum along an axis; its gradient runs the other way.
#include "graph/op_registry.h"
#include "luge/ops/reduce.h"
#include "ops/checks.h"
#include "ops/element.h"

namespace luge {
namespace {

struct CumsumAttributes {
  std::int64_t axis = 0;
  bool exclusive = false;
  bool reverse = false;
  static void fields(auto& self, auto&& field) {
    field("axis", self.axis);
    field("exclusive", self.exclusive);
    field("reverse", self.reverse);
  }
};

struct Cumsum : Op<Cumsum, CumsumAttributes> {
  static constexpr auto name = "cumsum";

  Types infer(const Types& in) const {
    check_inputs(name, in, 1);
    check_number(name, in[0]);
    check_axis(name, axis, in[0].shape.rank());
    return {in[0]};
  }
  Tensors gradient(const GradientCall& c) const {
    return {cumsum(c.g[0], static_cast<int>(axis), {.exclusive = exclusive, .reverse = !reverse})};
  }
  void reference(const ReferenceCall& call) const {
    const Shape& shape = call.in[0].type.shape;
    const int along = check_axis(name, axis, shape.rank());
    const std::int64_t length = shape[along], inner = product(name, shape, along + 1, shape.rank());
    const std::int64_t step = reverse ? -inner : inner;
    for_number(call.in[0].type.dtype, [&]<class T>() {
      for (std::int64_t i = 0, lines = length ? shape.elements() / length : 0; i < lines; ++i) {
        const std::int64_t start =
            (i / inner) * length * inner + i % inner + (reverse ? (length - 1) * inner : 0);
        const T* x = call.in[0].as<const T>() + start;
        T* y = call.out[0].as<T>() + start;
        Wide<T> total = 0;
        for (std::int64_t k = 0; k < length; ++k) {
          const Wide<T> before = total;
          total = plus(total, widen(x[k * step]));
          y[k * step] = narrow<T>(exclusive ? before : total);
        }
      }
    });
  }
};
const Registered<Cumsum> registered_cumsum;

}  // namespace

Tensor cumsum(const Tensor& x, int axis, CumulativeOptions options) {
  return make<Cumsum>({axis, options.exclusive, options.reverse}, x);
}

}  // namespace luge
