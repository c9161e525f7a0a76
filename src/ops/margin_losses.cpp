// multi_margin_loss and categorical_hinge_loss: how much the score of the right class must exceed the others.
#include <fmt/format.h>

#include "luge/error.h"
#include "luge/ops/class_losses.h"
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "ops/class_scores.h"

namespace luge {

Tensor categorical_hinge_loss(const Tensor& scores, const Tensor& target, std::int64_t axis) {
  const ClassScores given("categorical_hinge_loss", scores, target, {.axis = axis});
  const Tensor &y = given.scores, &t = given.target;
  const Tensor right = sum(where(equal(t, 0), 0, t * y), given.axis);
  const Tensor others = max(where(equal(t, 1), 0, (1 - t) * y), given.axis);
  return cast(relu(1 + others - right), given.dtype);
}

Tensor multi_margin_loss(const Tensor& scores, const Tensor& target, int p, double margin,
                         std::int64_t axis) {
  if (p != 1 && p != 2) throw ValueError(fmt::format("multi_margin_loss: p is {}; expected 1 or 2", p));
  const ClassScores given("multi_margin_loss", scores, target, {.axis = axis});
  const Tensor &y = given.scores, &t = given.target;
  const Tensor other = equal(t, 0);
  const Tensor missing = relu(margin + y - sum(where(other, 0, y), given.axis, keep_dims));
  const Tensor each = where(other, p == 1 ? missing : square(missing), 0);
  return cast(mean(each, given.axis), given.dtype);
}

}  // namespace luge
