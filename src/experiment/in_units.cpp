#include "experiment/in_units.h"

#include "luge/ops/math.h"

namespace luge::experiment {

Tensor InUnits::forward(const Tensor& x) const { return x * scale_.value() + offset_.value(); }

}  // namespace luge::experiment
