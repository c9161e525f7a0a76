#include "loss/elementwise.h"

#include <fmt/format.h>

#include "luge/error.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"

namespace luge::loss {

Tensor matched(std::string_view loss, const Tensor& prediction, const Tensor& target) {
  if (!is_floating(prediction.dtype())) {
    throw DTypeError(fmt::format("{}: the prediction is {}{}; expected a floating tensor; write cast first",
                                 loss, luge::name(prediction.dtype()), prediction.shape().to_string()));
  }
  Tensor t = target.dtype() == prediction.dtype() ? target : cast(target, prediction.dtype());
  if (prediction.rank() == 2 && t.rank() == 1 && prediction.extent(1) == 1) t = unsqueeze(t, 1);
  const Shape &p = prediction.shape(), &s = t.shape();
  bool equal = p.rank() == s.rank();
  for (int axis = 0; equal && axis < p.rank(); ++axis) {
    equal = p[axis] == s[axis] || p[axis] == unknown || s[axis] == unknown;
  }
  if (!equal) {
    throw ShapeError(fmt::format("{}: prediction {} and target {} differ in shape", loss, p.to_string(),
                                 target.shape().to_string()));
  }
  return t;
}

Tensor mean_per_sample(const Tensor& each) { return each.rank() < 2 ? each : mean(each, from(1)); }

}  // namespace luge::loss
