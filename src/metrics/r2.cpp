// r2: the share of the variance of the targets that predictions explain.
#include "luge/metrics/regression.h"
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "metrics/numbers.h"

namespace luge::metrics {
namespace {

// Of some targets: how many, a number near all of them, their mean less that number, Σ(t - mean)², and
// Σ(t - y)². A mean of large numbers has few digits for what makes them differ; less a number near it, it has
// all.
struct Part {
  Tensor count, origin, mean, squares, errors;
  Tensors sums() const { return {count, origin, mean, squares, errors}; }
};

Part part_of(const Tensors& sums) { return {sums[0], sums[1], sums[2], sums[3], sums[4]}; }

// Chan, Golub and LeVeque 1979. A part without targets has no weight.
Part together(const Part& a, const Part& b) {
  const Tensor some = greater(a.count, 0), count = a.count + b.count;
  const Tensor origin = where(some, a.origin, b.origin), mean = where(some, a.mean, 0);
  const Tensor other = where(greater(b.count, 0), b.mean + (b.origin - origin), mean);
  const Tensor share = cast(b.count, f64) / cast(maximum(count, 1), f64), apart = other - mean;
  return {count, origin, mean + apart * share,
          a.squares + b.squares + square(apart) * cast(a.count, f64) * share, a.errors + b.errors};
}

Tensors add_batch(const Tensors& sums, const Tensor& prediction, const Tensor& target,
                  const Tensor& counted) {
  const Numbers numbers = numbers_of("r2", prediction, target, counted);
  const Part before = part_of(sums);
  const Tensor count = numbers.count(), weight = cast(maximum(count, 1), f64);
  const Tensor origin =
      where(greater(before.count, 0), before.origin, numbers.sum_of(numbers.target) / weight);
  const Tensor apart = numbers.target - origin;
  const Tensor mean = numbers.sum_of(apart) / weight;
  const Part batch{count, origin, mean, numbers.sum_of(square(apart - mean)),
                   numbers.sum_of(square(numbers.difference))};
  return together(before, batch).sums();
}

Tensor result(const Tensors& sums) {
  const Part all = part_of(sums);
  const Tensor varies = greater(all.squares, 0);
  const Tensor explained = 1 - all.errors / where(varies, all.squares, 1);
  const Tensor constant = cast(equal(all.errors, 0), f64);
  return where(greater(all.count, 0), where(varies, explained, constant), 0);
}

Metric::Rule rule() {
  return {
      .name = "r2",
      .sums = {{Shape{}, i64}, {Shape{}, f64}, {Shape{}, f64}, {Shape{}, f64}, {Shape{}, f64}},
      .update = [](const Tensors& sums, const Tensor& p,
                   const Tensor& t) { return add_batch(sums, p, t, {}); },
      .result = result,
      .better = Better::higher,
      .update_counted = add_batch,
      .measures = Measures::values,
      .merge = [](const Tensors& a, const Tensors& b) { return together(part_of(a), part_of(b)).sums(); }};
}

const bool added_r2 =
    add("r2", "the share of the variance of the targets that predictions explain", [] { return R2(); });

}  // namespace

R2::R2() : Metric(rule()) {}

}  // namespace luge::metrics
