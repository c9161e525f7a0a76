// one_hot: 1 at the position that an index names, 0 elsewhere, along a new last axis.
#include <fmt/format.h>

#include "core/dispatch.h"
#include "luge/ops/index.h"
#include "ops/indexed.h"

namespace luge {
namespace {

struct OneHotAttributes {
  std::int64_t depth = 1;
  DType dtype = DType::f32;
  static void fields(auto& self, auto&& field) {
    field("depth", self.depth);
    field("dtype", self.dtype);
  }
};

struct OneHot : Op<OneHot, OneHotAttributes> {
  static constexpr auto name = "one_hot";
  static constexpr Traits traits{.can_fail = true};
  static constexpr auto no_gradient = "its input is integer";

  Types infer(const Types& in) const {
    check_inputs(name, in, 1);
    check_integer(name, in[0]);
    if (depth < 1) throw ValueError(fmt::format("one_hot: depth is {}, expected 1 or more", depth));
    const Shape result = in[0].shape.appended(depth);
    product(name, result, 0, result.rank());
    return {Type{dtype, result}};
  }
  void reference(const ReferenceCall& call) const {
    dispatch(dtype, [&]<class T>() {
      T* y = call.out[0].as<T>();
      for (std::int64_t k = 0, count = call.in[0].type.shape.elements(); k < count; ++k) {
        const std::int64_t index = checked_index(call.in[0], k, depth, call.status);
        if (index < 0) return;
        for (std::int64_t label = 0; label < depth; ++label)
          y[k * depth + label] = T(label == index ? 1.0f : 0.0f);
      }
    });
  }
};
const Registered<OneHot> registered_one_hot;

}  // namespace

Tensor one_hot(const Tensor& indices, std::int64_t depth, DType dtype) {
  return make<OneHot>({depth, dtype}, indices);
}

}  // namespace luge
