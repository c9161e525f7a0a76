// count: the number of elements along axes, from the type alone; a constant once extents are known.
#include "ops/attributes/count.h"
#include "graph/op_registry.h"
#include "luge/ops/reduce.h"
#include "ops/checks.h"
#include "ops/element.h"

namespace luge {
namespace {

struct Count : Op<Count, CountAttributes> {
  static constexpr auto name = "count";
  static constexpr Traits traits{.type_only = 1};
  static constexpr auto no_gradient = "it depends on the shape alone";
  Types infer(const Types& in) const {
    check_inputs(name, in, 1);
    check_axes(name, axes, in[0].shape.rank());
    check_number(name, Type{dtype, {}});
    return {Type{dtype, {}}};
  }
  void reference(const ReferenceCall& call) const {
    const std::int64_t count = elements(call.in[0].type.shape);
    for_number(dtype, [&]<class T>() { *call.out[0].as<T>() = narrow<T>(static_cast<Wide<T>>(count)); });
  }
};
const Registered<Count> registered_count;

}  // namespace

Tensor count(const Tensor& x, const Axes& axes, DType dtype) {
  return make<Count>({axes.resolve(Count::name, x.rank()), dtype}, x);
}

}  // namespace luge
