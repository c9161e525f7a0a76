#include "metrics/classification.h"

#include <fmt/format.h>

#include <algorithm>

#include "luge/error.h"
#include "luge/ops/compare.h"
#include "luge/ops/labels.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"

namespace luge::metrics {

namespace {

// Which targets count, in the shape of the hits: with targets [N,…,C,…] or [N,…,1,…] a sample counts where
// one of its classes does. One output for each sample may be along the axis, or its labels alone.
Tensor per_sample(const Tensor& hit, const Tensor& counted, int axis, const std::string& metric) {
  Tensor fitting = counted;
  if (counted.rank() == hit.rank() + 1) {
    const int position = axis < 0 ? axis + counted.rank() : axis;
    const bool is_along =
        position < counted.rank() && may_equal(counted.shape().without(position), hit.shape());
    fitting = any(counted, is_along ? position : -1);
  } else if (counted.rank() + 1 == hit.rank()) {
    fitting = unsqueeze(counted, axis);
  }
  if (may_equal(fitting.shape(), hit.shape())) return fitting;
  throw ShapeError(fmt::format("{}: what counts has shape {}, the samples have {}", metric,
                               counted.shape().to_string(), hit.shape().to_string()));
}

}  // namespace

bool may_equal(const Shape& a, const Shape& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](std::int64_t x, std::int64_t y) { return x == y || x == unknown || y == unknown; });
}

Metric::Rule share_of(std::string name, std::function<Tensor(const Tensor&, const Tensor&)> hits, int axis) {
  return {.name = name,
          .sums = {{Shape{}, i64}, {Shape{}, i64}},
          .update =
              [hits](const Tensors& sums, const Tensor& prediction, const Tensor& target) {
                const Tensor hit = hits(prediction, target);
                return Tensors{sums[0] + sum(cast(hit, i64)), sums[1] + count(hit)};
              },
          .result =
              [](const Tensors& sums) {
                const Tensor samples = cast(sums[1], f64);
                return where(greater(sums[1], 0), cast(sums[0], f64) / samples, 0);
              },
          .better = Better::higher,
          .update_counted =
              [hits, name, axis](const Tensors& sums, const Tensor& prediction, const Tensor& target,
                                 const Tensor& counted) {
                const Tensor hit = hits(prediction, target), counts = per_sample(hit, counted, axis, name);
                return Tensors{sums[0] + sum(cast(logical_and(hit, counts), i64)),
                               sums[1] + sum(cast(counts, i64))};
              },
          .measures = Measures::classes};
}

Tensor nan_in(const Tensor& x) { return is_floating(x.dtype()) ? isnan(x) : not_equal(x, x); }

Tensor without_nan(const Tensor& prediction, int axis) { return logical_not(any(nan_in(prediction), axis)); }

Tensor checked_labels(const std::string& metric, const Tensor& prediction, const Tensor& given) {
  const Tensor target = prediction.rank() > 0 ? squeeze_labels(given, prediction) : given;
  const bool fits = prediction.rank() == 2 && target.rank() == 1 &&
                    (prediction.extent(0) == target.extent(0) || prediction.extent(0) == unknown ||
                     target.extent(0) == unknown);
  if (!fits) {
    throw ShapeError(fmt::format("{}: prediction {} and labels {}; expected [N,C] and [N]", metric,
                                 prediction.shape().to_string(), target.shape().to_string()));
  }
  return to_index(target, metric + ": label");
}

}  // namespace luge::metrics
