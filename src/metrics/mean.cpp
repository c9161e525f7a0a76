#include "luge/metrics/metric.h"
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"

namespace luge::metrics {

Mean::Mean(std::string name)
    : Metric(
          {.name = std::move(name),
           .sums = {{Shape{}, f64}, {Shape{}, f64}},
           .update =
               [](const Tensors& sums, const Tensor& value, const Tensor& target) {
                 const Tensor samples = target.rank() == 0 ? ones({}, f64) : count(target, 0, f64);
                 return Tensors{sums[0] + cast(value, f64) * samples, sums[1] + samples};
               },
           .result = [](const Tensors& sums) { return where(greater(sums[1], 0), sums[0] / sums[1], 0); }}) {}

}  // namespace luge::metrics
