#include "loss/weights.h"

#include <fmt/format.h>

#include "loss/class_targets.h"
#include "luge/error.h"
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/shape.h"

namespace luge::loss {
namespace {

bool begins_with(const Shape& shape, const Shape& first) {
  if (first.rank() < 1 || first.rank() > shape.rank()) return false;
  for (int axis = 0; axis < first.rank(); ++axis) {
    const std::int64_t a = shape[axis], b = first[axis];
    if (a != b && a != unknown && b != unknown) return false;
  }
  return true;
}

void check_begins_with(const std::string& loss, const Tensor& weight, const Tensor& x, const Shape& shape) {
  if (begins_with(shape, weight.shape())) return;
  throw ShapeError(
      fmt::format("{}: sample weights have shape {}; expected [N], one for each sample of {}, or more of its "
                  "first extents",
                  loss, weight.shape().to_string(), x.shape().to_string()));
}

// The class axis of x, where it has one that weights do not have.
std::optional<int> axis_to_skip(const std::string& loss, const About& about, const Tensor& prediction,
                                const Tensor& x) {
  if (!is_by_class(about.outputs) || prediction.rank() < 2 || x.rank() != prediction.rank()) return {};
  const int axis = class_axis(loss, about.axis, prediction.rank());
  if (axis == 0) return {};
  return axis;
}

Tensor is_zero(const Tensor& weight) {
  return weight.dtype() == boolean ? logical_not(weight) : equal(weight, 0);
}

Tensor or_zero(const Tensor& zeros, const Tensor& x) {
  return where(zeros, x.dtype() == boolean ? Operand(false) : Operand(0), x);
}

}  // namespace

Tensor beside(const std::string& loss, const Tensor& weight, const Tensor& x, std::optional<int> skipped) {
  const Shape shape = skipped ? x.shape().without(*skipped) : x.shape();
  check_begins_with(loss, weight, x, shape);
  Tensor result = weight;
  for (int axis = weight.rank(); axis < shape.rank(); ++axis) result = unsqueeze(result, -1);
  return skipped ? unsqueeze(result, *skipped) : result;
}

Weighted weighted(const std::string& loss, const About& about, const Tensor& prediction, const Tensor& target,
                  const Tensor& weight) {
  const bool classes_last = !is_by_class(about.outputs) || about.axis == -1;
  if (weight.rank() > 1 && classes_last) {
    const bool class_axis_is_last = is_by_class(about.outputs) && prediction.rank() > 0;
    check_begins_with(
        loss, weight, prediction,
        class_axis_is_last ? prediction.shape().without(prediction.rank() - 1) : prediction.shape());
    check_begins_with(loss, weight, target, target.shape());
    const auto merged = [last = weight.rank() - 1](const Tensor& x) { return flatten(x, 0, last); };
    Weighted flat = weighted(loss, about, merged(prediction), merged(target), merged(weight));
    flat.positions_are_samples = true;
    return flat;
  }
  const auto of_counted = [&](const Tensor& x) {
    return or_zero(is_zero(beside(loss, weight, x, axis_to_skip(loss, about, prediction, x))), x);
  };
  return {of_counted(prediction), of_counted(target), weight, false};
}

Tensor has_weight(const std::string& loss, const About& about, const Tensor& prediction, const Tensor& target,
                  const Tensor& weight) {
  const Tensor zero = is_zero(beside(loss, weight, target, axis_to_skip(loss, about, prediction, target)));
  return broadcast_like(logical_not(zero), target);
}

}  // namespace luge::loss
