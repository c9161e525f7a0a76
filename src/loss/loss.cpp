#include "luge/loss/loss.h"

#include <fmt/format.h>

#include "luge/error.h"
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"

namespace luge::loss {
namespace {

/// sample_weight [N] as [N,1,…], beside costs, predictions or targets [N,…].
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

/// x with zeros for samples of weight 0, so that what stands there, be it NaN, reaches neither the loss nor a
/// gradient.
Tensor counted(const std::string& loss, const Tensor& sample_weight, const Tensor& x) {
  const Operand zero = x.dtype() == boolean ? Operand(false) : Operand(0);
  return where(equal(beside(loss, sample_weight, x), 0), zero, x);
}

/// Squares, logarithms and sums of 16-bit numbers are float32.
Tensor widened(const Tensor& x) {
  return is_floating(x.dtype()) && size_of(x.dtype()) == 2 ? cast(x, f32) : x;
}

}  // namespace

Loss::Loss(std::string name, Reduction reduction, Function cost)
    : name_(std::move(name)), reduction_(reduction), cost_(std::move(cost)) {}

Tensor Loss::operator()(const Tensor& prediction, const Tensor& target, const Tensor& sample_weight) const {
  Tensor p = widened(prediction), t = widened(target);
  if (sample_weight.defined()) p = counted(name_, sample_weight, p), t = counted(name_, sample_weight, t);
  Cost cost = cost_(p, t);
  if (sample_weight.defined()) {
    const Tensor given = beside(name_, cast(sample_weight, cost.each.dtype()), cost.each);
    cost.weight = cost.weight.defined() ? cost.weight * given : broadcast_like(given, cost.each);
  }
  const Tensor each = cost.weight.defined() ? cost.each * cost.weight : cost.each;
  if (reduction_ == Reduction::none) return each;
  if (reduction_ == Reduction::sum) return sum(each);
  if (!cost.weight.defined()) return mean(each);
  const Tensor total = sum(cost.weight), nothing = equal(total, 0);
  return where(nothing, 0, sum(each) / where(nothing, 1, total));
}

}  // namespace luge::loss
