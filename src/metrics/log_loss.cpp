// log-loss: the mean of -log p of what is true.
#include <fmt/format.h>

#include <limits>

#include "luge/error.h"
#include "luge/metrics/regression.h"
#include "luge/ops/activation.h"
#include "luge/ops/compare.h"
#include "luge/ops/index.h"
#include "luge/ops/labels.h"
#include "luge/ops/math.h"
#include "luge/ops/nn.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "metrics/classification.h"
#include "metrics/numbers.h"

namespace luge::metrics {
namespace {

constexpr const char* kName = "log-loss";

double epsilon(DType dtype) {
  return dtype == f64 ? std::numeric_limits<double>::epsilon()
                      : static_cast<double>(std::numeric_limits<float>::epsilon());
}

// Probabilities as near to 0 and 1 as their dtype tells apart, float64.
Tensor clipped(const Tensor& p) {
  const double least = epsilon(p.dtype());
  return clamp(cast(p, f64), least, 1 - least);
}

// Whether there is one output for each class. Of outputs of unknown kind the shapes tell.
bool has_classes(OutputKind outputs, const Tensor& prediction, const Tensor& target) {
  if (is_by_class(outputs)) return true;
  if (is_binary(outputs) || prediction.rank() < 2 || prediction.extent(-1) == 1) return false;
  return target.rank() + 1 == prediction.rank() ||
         (target.rank() == prediction.rank() && !may_equal(target.shape(), prediction.shape()));
}

// The cost of each sample of outputs [N,…,C].
Tensor costs_of_classes(OutputKind outputs, const Tensor& prediction, const Tensor& target,
                        const Tensor& counted) {
  Tensor labels = squeeze_labels(target, prediction);
  const bool shares = may_equal(labels.shape(), prediction.shape());
  if (!shares && !may_equal(labels.shape(), prediction.shape().without(prediction.rank() - 1))) {
    throw ShapeError(
        fmt::format("{}: prediction {} and target {}; expected [N,…,C] and labels [N,…], or equal shapes",
                    kName, prediction.shape().to_string(), target.shape().to_string()));
  }
  if (!shares) {
    labels = to_index(labels, fmt::format("{}: label", kName));
    // A label that does not count need not be a class.
    if (counted.defined()) labels = where(counted, labels, 0);
  }
  if (outputs == OutputKind::logits)
    return softmax_cross_entropy(cast(prediction, f64), shares ? cast(labels, f64) : labels);
  const Tensor share = shares ? cast(labels, f64) : one_hot(labels, prediction.extent(-1), f64);
  // A NaN among the outputs of a sample is one of its cost, whatever its label.
  return -sum(log(clipped(prediction)) * share, -1);
}

// The cost of each output that answers yes or no.
Tensor costs_of_answers(OutputKind outputs, const Tensor& prediction, const Tensor& target) {
  const Tensor t = cast(in_shape_of(kName, prediction, target), f64);
  if (outputs == OutputKind::binary_logits) {
    const Tensor x = cast(prediction, f64);
    return softplus(x) - x * t;
  }
  const Tensor p = clipped(prediction);
  return -(t * log(p) + (1 - t) * log1p(-p));
}

Tensors add_batch(OutputKind outputs, const Tensors& sums, const Tensor& prediction, const Tensor& target,
                  const Tensor& counted) {
  Tensor costs, counts = counted;
  if (has_classes(outputs, prediction, target)) {
    if (counts.defined()) {
      counts = squeeze_labels(counts, prediction);
      if (counts.rank() == prediction.rank()) counts = any(counts, -1);
    }
    costs = costs_of_classes(outputs, prediction, target, counts);
  } else {
    costs = costs_of_answers(outputs, prediction, target);
    if (counts.defined()) counts = in_shape_of(kName, prediction, counts);
  }
  if (!counts.defined()) return {sums[0] + sum(costs), sums[1] + count(costs)};
  return {sums[0] + sum(where(counts, costs, 0)), sums[1] + sum(cast(counts, i64))};
}

Metric::Rule rule_for(OutputKind outputs) {
  const auto add = [outputs](const Tensors& sums, const Tensor& p, const Tensor& t, const Tensor& counted) {
    return add_batch(outputs, sums, p, t, counted);
  };
  return {
      .name = kName,
      .sums = {{Shape{}, f64}, {Shape{}, i64}},
      .update = [add](const Tensors& sums, const Tensor& p, const Tensor& t) { return add(sums, p, t, {}); },
      .result =
          [](const Tensors& sums) {
            return where(greater(sums[1], 0), sums[0] / cast(maximum(sums[1], 1), f64), 0);
          },
      .better = Better::lower,
      .update_counted = add,
      .measures = Measures::classes,
      .of_outputs = [](OutputKind kind) { return rule_for(kind); }};
}

const bool added_log_loss =
    add("log-loss", "the mean of -log p of the class that is true", [] { return LogLoss(); });

}  // namespace

LogLoss::LogLoss() : Metric(rule_for(OutputKind::values)) {}

}  // namespace luge::metrics
