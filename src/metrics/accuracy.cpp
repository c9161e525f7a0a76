#include <fmt/format.h>

#include "luge/error.h"
#include "luge/ops/axes.h"
#include "luge/ops/compare.h"
#include "luge/ops/labels.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "metrics/classification.h"
#include "metrics/registry.h"

namespace luge::metrics {
namespace {

/// Which samples are right, bool.
Tensor right(const AccuracyOptions& o, const Tensor& prediction, const Tensor& given) {
  const Axes along(std::vector<std::int64_t>{prediction.rank() > 1 ? o.axis : -1});
  const int axis =
      prediction.rank() > 0 ? static_cast<int>(along.resolve("accuracy", prediction.rank())[0]) : 0;
  const Tensor target = prediction.rank() > 0 ? squeeze_labels(given, prediction, axis) : given;
  const bool single = prediction.rank() <= 1 || prediction.extent(axis) == 1;
  if (single) {
    const bool column = prediction.rank() == target.rank() + 1;
    const bool row = prediction.rank() == 1 && target.rank() == 2 && target.extent(1) == 1;
    const Tensor t = column ? unsqueeze(target, axis) : row ? squeeze(target, 1) : target;
    if (may_equal(t.shape(), prediction.shape())) {
      const Tensor one = cast(greater(prediction, o.threshold), i64);
      return logical_and(equal(one, to_index(t, "accuracy: label")), logical_not(nan_in(prediction)));
    }
  } else if (may_equal(prediction.shape(), target.shape())) {
    const Tensor known = logical_and(without_nan(prediction, axis), without_nan(target, axis));
    return logical_and(equal(argmax(prediction, axis), argmax(target, axis)), known);
  } else if (may_equal(prediction.shape().without(axis), target.shape())) {
    return logical_and(equal(argmax(prediction, axis), to_index(target, "accuracy: label")),
                       without_nan(prediction, axis));
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
    : Metric(share_of(
          "accuracy",
          [options](const Tensor& prediction, const Tensor& target) {
            return right(options, prediction, target);
          },
          static_cast<int>(options.axis))) {}

}  // namespace luge::metrics
