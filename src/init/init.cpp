#include "luge/init/init.h"

namespace luge::init {

Fans fans_of(const Shape& weight) {
  if (weight.rank() < 2) {
    const double n = static_cast<double>(weight.elements());
    return {n, n};
  }
  double receptive = 1;
  for (int k = 2; k < weight.rank(); ++k) receptive *= static_cast<double>(weight[k]);
  return {static_cast<double>(weight[1]) * receptive, static_cast<double>(weight[0]) * receptive};
}

}  // namespace luge::init
