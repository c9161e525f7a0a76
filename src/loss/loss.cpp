#include "luge/loss/loss.h"

#include <fmt/format.h>

#include "luge/error.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"

namespace luge::loss {
namespace {

/// sample_weight [N] beside costs [N,…].
Tensor spread(const std::string& loss, const Tensor& sample_weight, const Tensor& each) {
  if (sample_weight.rank() != 1 || each.rank() < 1) {
    throw ShapeError(fmt::format("{}: sample weights have shape {}; expected [N], one for each sample of {}",
                                 loss, sample_weight.shape().to_string(), each.shape().to_string()));
  }
  Tensor weight = cast(sample_weight, each.dtype());
  for (int axis = 1; axis < each.rank(); ++axis) weight = unsqueeze(weight, -1);
  return broadcast_like(weight, each);
}

}  // namespace

Loss::Loss(std::string name, Reduction reduction, Function cost)
    : name_(std::move(name)), reduction_(reduction), cost_(std::move(cost)) {}

Tensor Loss::operator()(const Tensor& prediction, const Tensor& target, const Tensor& sample_weight) const {
  Cost cost = cost_(prediction, target);
  if (sample_weight.defined()) {
    const Tensor given = spread(name_, sample_weight, cost.each);
    cost.weight = cost.weight.defined() ? cost.weight * given : given;
  }
  const Tensor each = cost.weight.defined() ? cost.each * cost.weight : cost.each;
  if (reduction_ == Reduction::none) return each;
  if (reduction_ == Reduction::sum) return sum(each);
  return cost.weight.defined() ? sum(each) / sum(cost.weight) : mean(each);
}

}  // namespace luge::loss
