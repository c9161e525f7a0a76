#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/optim/slots.h"

namespace luge::optim {

Tensor flush_subnormals(const Tensor& moment) {
  double smallest_normal = 0;
  if (moment.dtype() == f32 || moment.dtype() == bf16) smallest_normal = 0x1p-126;
  if (moment.dtype() == f64) smallest_normal = 0x1p-1022;
  return smallest_normal > 0 ? where(less(abs(moment), smallest_normal), 0, moment) : moment;
}

}  // namespace luge::optim
