// erfc: 1 - erf(x).
#include <numbers>

#include "luge/ops/math.h"
#include "ops/elementwise.h"

namespace luge {
namespace {

struct Erfc : Unary<Erfc, Instruction::erfc> {
  static constexpr auto name = "erfc";
  Tensors gradient(const GradientCall& c) const {
    return {-2 * std::numbers::inv_sqrtpi * c.g[0] * exp(-square(c.in[0]))};
  }
};
const Registered<Erfc> registered_erfc;

}  // namespace

Tensor erfc(const Tensor& x) { return make<Erfc>({}, x); }

}  // namespace luge
