// glu: one half of x times the sigmoid of the other half (Dauphin et al. 2017).
#include <fmt/format.h>

#include "luge/error.h"
#include "luge/ops/math.h"
#include "luge/ops/rectifiers.h"
#include "luge/ops/shape.h"
#include "ops/checks.h"

namespace luge {

Tensor glu(const Tensor& x, std::int64_t axis) {
  check_float("glu", {x.dtype(), x.shape()});
  const int along = check_axis("glu", axis, x.rank());
  const std::int64_t extent = x.extent(along);
  if (extent == unknown || extent % 2 != 0) {
    throw ShapeError(fmt::format("glu: axis {} of {} cannot be halved; expected an even extent", along,
                                 x.shape().to_string()));
  }
  return slice(x, along, 0, extent / 2) * sigmoid(slice(x, along, extent / 2, extent));
}

}  // namespace luge
