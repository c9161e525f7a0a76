#include "tasks/detection/anchored.h"

#include "luge/ops/shape.h"

namespace luge::tasks {

train::LossTerm of_pictures(const Tensor& cost, const train::Pass& pass) {
  const Tensor pictures = cast(count(pass[data::kInput], {0}), f64);
  return {.value = cost, .cost = cast(cost, f64) * pictures, .weight = pictures};
}

}  // namespace luge::tasks
