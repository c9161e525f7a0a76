// minimum: the smaller of two; equal elements share the gradient by halves, and next to NaN
// both have all of it.
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "ops/elementwise.h"

namespace luge {
namespace {

struct Minimum : Binary<Minimum, Instruction::minimum> {
  static constexpr auto name = "minimum";
  Tensors gradient(const GradientCall& c) const {
    const auto share = [&](std::size_t mine, std::size_t other) {
      const Tensor whole = where(greater(c.in[mine], c.in[other]), 0, c.g[0]);
      return where(equal(c.in[0], c.in[1]), 0.5 * c.g[0], whole);
    };
    return gradients(
        c, [&] { return share(0, 1); }, [&] { return share(1, 0); });
  }
};
const Registered<Minimum> registered_minimum;

}  // namespace

Tensor minimum(const Operand& a, const Operand& b) { return make_binary<Minimum>(a, b); }

}  // namespace luge
