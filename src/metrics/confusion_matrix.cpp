#include <fmt/format.h>

#include "luge/error.h"
#include "luge/ops/compare.h"
#include "luge/ops/index.h"
#include "luge/ops/linalg.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "metrics/classification.h"

namespace luge::metrics {
namespace {

// `counts`: bool [N], or empty.
Tensors add_batch(std::int64_t classes, const Tensors& sums, const Tensor& prediction, const Tensor& target,
                  const Tensor& counts) {
  Tensor label = checked_labels("confusion_matrix", prediction, target), known = without_nan(prediction);
  if (prediction.extent(1) != classes) {
    throw ShapeError(fmt::format("confusion_matrix: prediction {} for {} classes",
                                 prediction.shape().to_string(), classes));
  }
  if (counts.defined()) {
    const Tensor flat = counts.rank() == 2 ? squeeze(counts, 1) : counts;
    label = where(flat, label, 0);
    known = logical_and(known, flat);
  }
  // A product of one-hot rows counts pairs; float64 counts exactly.
  const Tensor truth = one_hot(label, classes, f64);
  const Tensor taken = where(unsqueeze(known, 1), one_hot(argmax(prediction, 1), classes, f64), 0);
  return {sums[0] + cast(matmul(truth, taken, {.transpose_a = true}), i64)};
}

std::int64_t checked(std::int64_t classes) {
  if (classes >= 1) return classes;
  throw ValueError(fmt::format("ConfusionMatrix: classes is {}; expected at least 1", classes));
}

}  // namespace

ConfusionMatrix::ConfusionMatrix(std::int64_t classes)
    : Metric({.name = "confusion_matrix",
              .sums = {{Shape{checked(classes), classes}, i64}},
              .update = [classes](const Tensors& sums, const Tensor& p,
                                  const Tensor& t) { return add_batch(classes, sums, p, t, {}); },
              .result = [](const Tensors& sums) { return sums[0]; },
              .update_counted =
                  [classes](const Tensors& sums, const Tensor& p, const Tensor& t, const Tensor& counted) {
                    return add_batch(classes, sums, p, t, counted);
                  },
              .measures = Measures::classes}) {}

}  // namespace luge::metrics
