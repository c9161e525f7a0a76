// lerp: a + weight·(b - a).
#include "luge/ops/math.h"

namespace luge {

Tensor lerp(const Tensor& a, const Tensor& b, const Operand& weight) { return a + weight * (b - a); }

}  // namespace luge
