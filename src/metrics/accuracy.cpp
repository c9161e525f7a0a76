#include <fmt/format.h>

#include "luge/error.h"
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "metrics/classification.h"
#include "metrics/registry.h"

namespace luge::metrics {
namespace {

// One output: above the threshold it means 1. A target in the middle, or beside [0,1], is neither 0 nor 1.
Tensor right_side(const Tensor& prediction, const Tensor& target, double threshold) {
  const Tensor t = cast(target, prediction.dtype()), one = logical_and(greater(t, 0.5), less_equal(t, 1)),
               zero = logical_and(less(t, 0.5), greater_equal(t, 0));
  return logical_and(where(greater(prediction, threshold), one, zero), logical_not(nan_in(prediction)));
}

/// Which samples are right, bool.
Tensor right(const AccuracyOptions& o, const Tensor& prediction, const Tensor& given) {
  const int axis = static_cast<int>(o.axis);
  const bool single = prediction.rank() <= 1 || prediction.extent(axis) == 1;
  const Tensor target = single ? given : labels_of(prediction, given, axis);
  if (single) {
    const bool column = prediction.rank() == target.rank() + 1;
    const Tensor t = column ? unsqueeze(target, axis) : target;
    if (t.rank() == prediction.rank()) return right_side(prediction, t, o.threshold);
  } else if (prediction.rank() == target.rank()) {
    const Tensor known = logical_and(without_nan(prediction, axis), without_nan(target, axis));
    return logical_and(equal(argmax(prediction, axis), argmax(target, axis)), known);
  } else if (prediction.rank() == target.rank() + 1) {
    return logical_and(is_class(target, argmax(prediction, axis)), without_nan(prediction, axis));
  }
  throw ShapeError(
      fmt::format("accuracy: prediction {} and target {}; expected [N,…,C] and labels [N,…], or equal shapes",
                  prediction.shape().to_string(), target.shape().to_string()));
}

const bool added = add_named("accuracy", [](const std::string& name) -> std::optional<Metric> {
  if (name != "accuracy") return std::nullopt;
  return Accuracy();
});
const bool added_from_logits =
    add_named("accuracy-from-logits", [](const std::string& name) -> std::optional<Metric> {
      if (name != "accuracy-from-logits") return std::nullopt;
      return Accuracy({.threshold = 0});
    });

}  // namespace

Accuracy::Accuracy(const AccuracyOptions& options)
    : Metric(share_of("accuracy", [options](const Tensor& prediction, const Tensor& target) {
        return right(options, prediction, target);
      })) {}

}  // namespace luge::metrics
