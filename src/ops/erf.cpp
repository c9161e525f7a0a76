// erf: the error function, whose derivative is 2/√π · exp(-x²).
#include <numbers>

#include "luge/ops/math.h"
#include "ops/elementwise.h"

namespace luge {
namespace {

struct Erf : Unary<Erf, Instruction::erf> {
  static constexpr auto name = "erf";
  Tensors gradient(const GradientCall& c) const {
    return {2 * std::numbers::inv_sqrtpi * c.g[0] * exp(-square(c.in[0]))};
  }
};
const Registered<Erf> registered_erf;

}  // namespace

Tensor erf(const Tensor& x) { return make<Erf>({}, x); }

}  // namespace luge
