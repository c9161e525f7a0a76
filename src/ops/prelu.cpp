// prelu: x where x > 0, else slope·x, with learned slopes (He et al. 2015).
#include <fmt/format.h>

#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/rectifiers.h"
#include "luge/ops/shape.h"
#include "ops/checks.h"

namespace luge {

Tensor prelu(const Tensor& x, const Tensor& slope) {
  const Type input{x.dtype(), x.shape()}, slopes{slope.dtype(), slope.shape()};
  check_float("prelu", input);
  check_same_dtype("prelu", input, slopes);
  check_rank_between("prelu", "slope", slopes, 0, 1);
  Tensor each = slope;
  if (slope.rank() == 1 && slope.extent(0) != 1) {
    check_rank_between("prelu", "input", input, 2, Shape::max_rank);
    check_extent("prelu", "slope", slopes, 0, x.extent(1));
    for (int axis = 2; axis < x.rank(); ++axis) each = unsqueeze(each, -1);
  } else if (slope.rank() == 1) {
    each = squeeze(slope);
  }
  // The part below 0 is cut out first: the gradient of the slope never multiplies 0 by an infinite x.
  return relu(x) + each * where(greater(x, 0), 0, x);
}

}  // namespace luge
