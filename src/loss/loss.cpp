#include "luge/loss/loss.h"

#include <fmt/format.h>

#include "luge/error.h"
#include "luge/ops/compare.h"
#include "luge/ops/labels.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"

namespace luge::loss {
namespace {

/// sample_weight [N] as [N,1,…], for costs, predictions or targets [N,…].
Tensor beside(const std::string& loss, const Tensor& sample_weight, const Tensor& x) {
  const auto fits = [&] {
    if (sample_weight.rank() != 1 || x.rank() < 1) return false;
    const std::int64_t samples = x.extent(0), weights = sample_weight.extent(0);
    return samples == weights || samples == unknown || weights == unknown;
  };
  if (!fits()) {
    throw ShapeError(fmt::format("{}: sample weights have shape {}; expected [N], one for each sample of {}",
                                 loss, sample_weight.shape().to_string(), x.shape().to_string()));
  }
  Tensor weight = sample_weight;
  for (int axis = 1; axis < x.rank(); ++axis) weight = unsqueeze(weight, -1);
  return weight;
}

/// x with zeros for samples of weight 0, so that what they hold, even NaN, reaches neither the loss nor a
/// gradient.
Tensor of_counted(const std::string& loss, const Tensor& sample_weight, const Tensor& x) {
  const Operand zero = x.dtype() == boolean ? Operand(false) : Operand(0);
  return where(equal(beside(loss, sample_weight, x), 0), zero, x);
}

/// Squares, logarithms and sums of 16-bit numbers are float32.
Tensor widened(const Tensor& x) {
  return is_floating(x.dtype()) && size_of(x.dtype()) == 2 ? cast(x, f32) : x;
}

// The mean of no samples is 0, as for samples of weight 0.
bool is_empty(const Shape& shape) { return shape.known() && shape.elements() == 0; }

// In float64, because sums and products may overflow float32 when the mean does not.
Tensor total(const Tensor& each) { return sum(cast(each, f64)); }
Tensor total(const Tensor& each, const Tensor& weight) { return sum(cast(each, f64) * cast(weight, f64)); }

}  // namespace

Loss::Loss(std::string name, Reduction reduction, Function cost, TargetsOf targets)
    : name_(std::move(name)), reduction_(reduction), cost_(std::move(cost)), targets_(std::move(targets)) {}

Cost Loss::weighed(const Tensor& prediction, const Tensor& target, const Tensor& sample_weight) const {
  Tensor p = widened(prediction), t = widened(target);
  if (sample_weight.defined())
    p = of_counted(name_, sample_weight, p), t = of_counted(name_, sample_weight, t);
  Cost cost = cost_(p, t);
  if (sample_weight.defined()) {
    const Tensor given = beside(name_, cast(sample_weight, cost.each.dtype()), cost.each);
    cost.weight = cost.weight.defined() ? cost.weight * given : broadcast_like(given, cost.each);
  }
  return cost;
}

Tensor Loss::operator()(const Tensor& prediction, const Tensor& target, const Tensor& sample_weight) const {
  const Cost cost = weighed(prediction, target, sample_weight);
  if (reduction_ == Reduction::mean && !cost.weight.defined())
    return is_empty(cost.each.shape()) ? sum(cost.each) : luge::mean(cost.each);
  const Tensor each = cost.weight.defined() ? cost.each * cost.weight : cost.each;
  if (reduction_ == Reduction::none) return each;
  if (reduction_ == Reduction::sum) return sum(each);
  return cast(mean({total(cost.each, cost.weight), total(cost.weight)}), each.dtype());
}

Sums Loss::sums(const Tensor& prediction, const Tensor& target, const Tensor& sample_weight) const {
  const Cost cost = weighed(prediction, target, sample_weight);
  if (!cost.weight.defined()) return {total(cost.each), count(cost.each, {}, f64)};
  return {total(cost.each, cost.weight), total(cost.weight)};
}

Tensor Loss::mean(const Sums& sums) {
  const Tensor weight = cast(sums.weight, sums.cost.dtype());
  return sums.cost / where(equal(weight, 0), 1, weight);
}

Targets Loss::targets(const Shape& prediction, const Shape& target) const {
  return targets_ ? targets_(prediction, target) : Targets{};
}

Tensor Loss::counted(const Tensor& prediction, const Tensor& target) const {
  const Targets expected = targets(prediction.shape(), target.shape());
  if (expected.kind != Targets::Kind::labels || expected.ignore_index == no_label) return {};
  return logical_not(is_label(target, expected.ignore_index));
}

}  // namespace luge::loss
