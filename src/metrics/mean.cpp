#include "luge/metrics/metric.h"
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"

namespace luge::metrics {

namespace {

Tensors add(const Tensors& sums, const Tensor& value, const Tensor& samples) {
  return {sums[0] + cast(value, f64) * samples, sums[1] + samples};
}

}  // namespace

Mean::Mean(std::string name, std::optional<Better> better)
    : Metric({.name = std::move(name),
              .sums = {{Shape{}, f64}, {Shape{}, f64}},
              .update =
                  [](const Tensors& sums, const Tensor& value, const Tensor& target) {
                    return add(sums, value, target.rank() == 0 ? ones({}, f64) : count(target, 0, f64));
                  },
              .result = [](const Tensors& sums) { return where(greater(sums[1], 0), sums[0] / sums[1], 0); },
              .better = better,
              .update_counted =
                  [](const Tensors& sums, const Tensor& value, const Tensor&, const Tensor& counted) {
                    return add(sums, value, sum(cast(counted, f64)));
                  }}) {}

}  // namespace luge::metrics
