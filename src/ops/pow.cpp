// pow: base to the power exponent.
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "ops/elementwise.h"

namespace luge {
namespace {

struct Pow : Binary<Pow, Instruction::pow> {
  static constexpr auto name = "pow";
  Tensors gradient(const GradientCall& c) const {
    const Tensor &base = c.in[0], &exponent = c.in[1];
    return gradients(
        c,
        [&] {  // a zero exponent is masked: 0 · base⁻¹ would be NaN at base 0
          return where(equal(exponent, 0), 0, c.g[0] * exponent * pow(base, exponent - 1));
        },
        [&] {  // base 0 is masked: 0 · log 0 would be NaN
          const Tensor at_zero = logical_and(equal(base, 0), greater_equal(exponent, 0));
          return where(at_zero, 0, c.g[0] * c.out[0] * log(where(at_zero, 1, base)));
        });
  }
};
const Registered<Pow> registered_pow;

}  // namespace

Tensor pow(const Operand& base, const Operand& exponent) {
  // Squares are common, and much cheaper than a general power.
  if (exponent.is_number() && exponent.number().real() == 2 && !exponent.number().is_bool() &&
      !base.is_number()) {
    number_tensor(Pow::name, exponent.number(), base.tensor().dtype());
    return square(base.tensor());
  }
  return make_binary<Pow>(base, exponent);
}

}  // namespace luge
