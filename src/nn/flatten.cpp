#include "luge/nn/flatten.h"

#include <fmt/format.h>

#include "luge/error.h"
#include "luge/ops/shape.h"

namespace luge::nn {

Tensor Flatten::forward(const Tensor& x) const {
  if (x.rank() == 0) throw ShapeError("input [] has no batch axis; expected [N,…]");
  return x.rank() == 1 ? unsqueeze(x, 1) : flatten(x, 1);
}

}  // namespace luge::nn
