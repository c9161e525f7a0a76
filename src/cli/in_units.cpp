#include "cli/in_units.h"

#include "luge/ops/math.h"

namespace luge::cli {

Tensor InUnits::forward(const Tensor& x) const { return x * scale_.value() + offset_.value(); }

}  // namespace luge::cli
