#include <fmt/format.h>

#include "luge/error.h"
#include "luge/ops/axes.h"
#include "luge/ops/compare.h"
#include "luge/ops/labels.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "metrics/classification.h"

// The axis is left out: tasks put the classes last.
template <>
struct luge::options::Listing<luge::metrics::AccuracyOptions> {
  static void fields(auto& self, auto&& field) {
    field("threshold", self.threshold,
          "a single output above it means 1; default: 0 for logits, 0.5 for probabilities");
  }
};

namespace luge::metrics {
namespace {

// What a prediction is compared with.
struct Reading {
  double threshold = 0.5;  // of single outputs
  bool each = false;       // each output answers for itself
};

Reading reading_of(OutputKind outputs) {
  return {.threshold = outputs == OutputKind::binary_logits ? 0 : Reading().threshold,
          .each = is_binary(outputs)};
}

/// Which samples are right, bool.
Tensor right(const AccuracyOptions& o, const Reading& reading, const Tensor& prediction,
             const Tensor& given) {
  const Axes along(std::vector<std::int64_t>{prediction.rank() > 1 ? o.axis : -1});
  const int axis =
      prediction.rank() > 0 ? static_cast<int>(along.resolve("accuracy", prediction.rank())[0]) : 0;
  const Tensor target = prediction.rank() > 0 ? squeeze_labels(given, prediction, axis) : given;
  const bool single = reading.each || prediction.rank() <= 1 || prediction.extent(axis) == 1;
  if (single) {
    const bool column = prediction.rank() == target.rank() + 1;
    const bool row = prediction.rank() == 1 && target.rank() == 2 && target.extent(1) == 1;
    const Tensor t = column ? unsqueeze(target, axis) : row ? squeeze(target, 1) : target;
    if (may_equal(t.shape(), prediction.shape())) {
      const Tensor one = cast(greater(prediction, reading.threshold), i64);
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

Metric::Rule rule_for(const AccuracyOptions& o, const Reading& reading) {
  const auto hits = [o, reading](const Tensor& prediction, const Tensor& target) {
    return right(o, reading, prediction, target);
  };
  Metric::Rule rule = share_of("accuracy", hits, static_cast<int>(o.axis));
  if (!o.threshold) rule.of_outputs = [o](OutputKind outputs) { return rule_for(o, reading_of(outputs)); };
  return rule;
}

const bool added_accuracy = add("accuracy", "the share of samples whose class is right",
                                [](const AccuracyOptions& options) { return Accuracy(options); });
const bool added_from_logits = add("accuracy-from-logits", "accuracy, where a single output above 0 means 1",
                                   [] { return Accuracy({.threshold = 0}); });

}  // namespace

Accuracy::Accuracy(const AccuracyOptions& options)
    : Metric(rule_for(options, {.threshold = options.threshold.value_or(Reading().threshold)})) {}

}  // namespace luge::metrics
