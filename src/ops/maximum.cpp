// maximum: the larger of two; equal elements share the gradient by halves, and next to NaN
// both have all of it.
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "ops/elementwise.h"

namespace luge {
namespace {

struct Maximum : Binary<Maximum, Instruction::maximum> {
  static constexpr auto name = "maximum";
  Tensors gradient(const GradientCall& c) const {
    const auto share = [&](std::size_t mine, std::size_t other) {
      const Tensor whole = where(less(c.in[mine], c.in[other]), 0, c.g[0]);
      return where(equal(c.in[0], c.in[1]), 0.5 * c.g[0], whole);
    };
    return gradients(
        c, [&] { return share(0, 1); }, [&] { return share(1, 0); });
  }
};
const Registered<Maximum> registered_maximum;

}  // namespace

Tensor maximum(const Operand& a, const Operand& b) { return make_binary<Maximum>(a, b); }

}  // namespace luge
