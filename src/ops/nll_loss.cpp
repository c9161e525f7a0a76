// nll_loss: -Σ t·log p of each sample, from logarithms of probabilities (PyTorch functional.nll_loss).
#include <fmt/format.h>

#include "luge/error.h"
#include "luge/ops/class_losses.h"
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "ops/checks.h"
#include "ops/class_scores.h"
#include "ops/cross_entropy.h"
#include "ops/wide.h"

namespace luge {

ClassScores::ClassScores(std::string_view op, const Tensor& given, const Tensor& labels,
                         const CrossEntropyOptions& o)
    : axis(check_axis(op, o.axis, given.rank())), dtype(given.dtype()) {
  if (!(o.label_smoothing >= 0 && o.label_smoothing < 1)) {
    throw ValueError(
        fmt::format("{}: label_smoothing is {}; expected 0 or more, below 1", op, o.label_smoothing));
  }
  const CrossEntropyAttributes attributes{axis, o.label_smoothing, o.ignore_index};
  const bool holds =
      holds_labels(op, attributes, {given.dtype(), given.shape()}, {labels.dtype(), labels.shape()});
  if (given.extent(axis) == 0) {
    throw ShapeError(
        fmt::format("{}: the scores {} have no classes on axis {}", op, given.shape().to_string(), axis));
  }
  scores = to_accumulator(given);
  target = target_distribution(attributes, holds ? labels : to_accumulator(labels), scores, op);
}

Tensor ClassScores::cost(const Tensor& each) const { return cast(sum(each, axis), dtype); }

Tensor nll_loss(const Tensor& log_probability, const Tensor& target, const CrossEntropyOptions& options) {
  const ClassScores given("nll_loss", log_probability, target, options);
  const Tensor unused = equal(given.target, 0);
  return given.cost(where(unused, 0, -given.target * where(unused, 0, given.scores)));
}

}  // namespace luge
