// argmin: the index of the smallest element along an axis, the first among equals.
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "ops/arg_reduce.h"

namespace luge {
namespace {

struct Argmin : ArgReduction<Argmin> {
  static constexpr auto name = "argmin";
  static bool beats(auto a, auto b) { return a < b && b == b; }
};
const Registered<Argmin> registered_argmin;

}  // namespace

Tensor argmin(const Tensor& x) { return make<Argmin>({0, false}, flatten(x)); }
Tensor argmin(const Tensor& x, int axis, Keep keep) { return make<Argmin>({axis, keep == Keep::yes}, x); }

}  // namespace luge
