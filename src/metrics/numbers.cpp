#include "metrics/numbers.h"

#include <fmt/format.h>

#include "luge/error.h"
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "metrics/classification.h"

namespace luge::metrics {
namespace {

// Whole numbers are subtracted before they become float64, which has 53 bits. Where that leaves 64 bits,
// float64 is exact enough.
Tensor difference_of(const Tensor& target, const Tensor& prediction) {
  const Tensor near = cast(target, f64) - cast(prediction, f64);
  const auto whole = [](const Tensor& x) { return !is_floating(x.dtype()); };
  if (!whole(target) || !whole(prediction)) return near;
  const Tensor exact = cast(cast(target, i64) - cast(prediction, i64), f64);
  return where(less(abs(near), 0x1p62), exact, near);
}

}  // namespace

Tensor in_shape_of(const std::string& metric, const Tensor& prediction, const Tensor& target) {
  Tensor fitting = target;
  if (prediction.rank() == 2 && target.rank() == 1 && prediction.extent(1) == 1) {
    fitting = unsqueeze(target, 1);
  } else if (prediction.rank() == 1 && target.rank() == 2 && target.extent(1) == 1) {
    fitting = squeeze(target, 1);
  }
  if (may_equal(fitting.shape(), prediction.shape())) return fitting;
  throw ShapeError(fmt::format("{}: prediction {} and target {}; expected equal shapes, or [N,1] and [N]",
                               metric, prediction.shape().to_string(), target.shape().to_string()));
}

Tensor Numbers::sum_of(const Tensor& each) const {
  return sum(counted.defined() ? where(counted, each, 0) : each);
}

Tensor Numbers::count() const {
  return counted.defined() ? sum(cast(counted, i64)) : luge::count(difference);
}

Numbers numbers_of(const std::string& metric, const Tensor& prediction, const Tensor& target,
                   const Tensor& counted) {
  const Tensor fitting = in_shape_of(metric, prediction, target);
  Numbers numbers{difference_of(fitting, prediction), cast(fitting, f64), {}};
  if (!counted.defined()) return numbers;
  // One answer for each sample holds for all its numbers.
  Tensor mask = counted.rank() == target.rank() ? in_shape_of(metric, prediction, counted) : counted;
  while (mask.rank() < prediction.rank()) mask = unsqueeze(mask, mask.rank());
  numbers.counted = broadcast_like(mask, fitting);
  return numbers;
}

Metric::Rule mean_of(std::string name, Tensor (*each)(const Numbers&), Tensor (*figure)(const Tensor& mean)) {
  const auto add = [name, each](const Tensors& sums, const Tensor& prediction, const Tensor& target,
                                const Tensor& counted) {
    const Numbers numbers = numbers_of(name, prediction, target, counted);
    return Tensors{sums[0] + numbers.sum_of(each(numbers)), sums[1] + numbers.count()};
  };
  return {.name = name,
          .sums = {{Shape{}, f64}, {Shape{}, i64}},
          .update = [add](const Tensors& sums, const Tensor& prediction,
                          const Tensor& target) { return add(sums, prediction, target, {}); },
          .result =
              [figure](const Tensors& sums) {
                const Tensor mean = sums[0] / cast(maximum(sums[1], 1), f64);
                return where(greater(sums[1], 0), figure(mean), 0);
              },
          .better = Better::lower,
          .update_counted = add,
          .measures = Measures::values};
}

}  // namespace luge::metrics
