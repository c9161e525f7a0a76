#include "metrics/classification.h"

#include <fmt/format.h>

#include "luge/error.h"
#include "luge/ops/compare.h"
#include "luge/ops/labels.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"

namespace luge::metrics {

Metric::Rule share_of(std::string name, std::function<Tensor(const Tensor&, const Tensor&)> hits) {
  return {.name = std::move(name),
          .sums = {{Shape{}, i64}, {Shape{}, i64}},
          .update =
              [hits = std::move(hits)](const Tensors& sums, const Tensor& prediction, const Tensor& target) {
                const Tensor hit = hits(prediction, target);
                return Tensors{sums[0] + sum(cast(hit, i64)), sums[1] + count(hit)};
              },
          .result =
              [](const Tensors& sums) {
                const Tensor samples = cast(sums[1], f64);
                return where(greater(sums[1], 0), cast(sums[0], f64) / samples, 0);
              }};
}

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
