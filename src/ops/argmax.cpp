// argmax: the index of the largest element along an axis, the first among equals.
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "ops/arg_reduce.h"

namespace luge {
namespace {

struct Argmax : ArgReduction<Argmax> {
  static constexpr auto name = "argmax";
  static bool beats(auto a, auto b) { return a > b && b == b; }
};
const Registered<Argmax> registered_argmax;

}  // namespace

Tensor argmax(const Tensor& x) { return make<Argmax>({0, false}, flatten(x)); }
Tensor argmax(const Tensor& x, int axis, Keep keep) { return make<Argmax>({axis, keep == Keep::yes}, x); }

}  // namespace luge
