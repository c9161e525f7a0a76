#include "luge/loss/loss.h"

#include <fmt/format.h>

#include <algorithm>

#include "loss/class_targets.h"
#include "loss/weights.h"
#include "luge/error.h"
#include "luge/ops/compare.h"
#include "luge/ops/labels.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"

namespace luge::loss {
namespace {

/// Squares, logarithms and sums of 16-bit numbers are float32.
Tensor widened(const Tensor& x) {
  return is_floating(x.dtype()) && size_of(x.dtype()) == 2 ? cast(x, f32) : x;
}

// The mean of no samples is 0, as for samples of weight 0.
bool is_empty(const Shape& shape) { return shape.known() && shape.elements() == 0; }

// In float64, because sums and products may overflow float32 when the mean does not.
Tensor total(const Tensor& each) { return sum(cast(each, f64)); }
// The slope of the root is infinite at 0, but a loss that is 0 has no error left to go down.
Tensor root_of(const Tensor& x) {
  const Tensor zero = equal(x, 0);
  return where(zero, 0, sqrt(where(zero, 1, x)));
}

Tensor total(const Tensor& each, const Tensor& weight) { return sum(cast(each, f64) * cast(weight, f64)); }

}  // namespace

Loss::Loss(std::string name, Reduction reduction, Function cost, const About& about, TargetsOf targets)
    : name_(std::move(name)),
      reduction_(reduction),
      cost_(std::move(cost)),
      about_(about),
      targets_(std::move(targets)) {}

Cost Loss::weighed(const Tensor& prediction, const Tensor& target, const Tensor& weight) const {
  const Tensor p = widened(prediction), t = widened(target);
  if (!weight.defined()) return cost_(p, t);
  const Weighted given = weighted(name_, about_, p, t, weight);
  Cost cost = cost_(given.prediction, given.target);
  const Tensor own = beside(name_, cast(given.weight, cost.each.dtype()), cost.each);
  cost.weight = cost.weight.defined() ? cost.weight * own : broadcast_like(own, cost.each);
  // Single costs are returned in the shape of the positions.
  if (given.positions_are_samples && reduction_ == Reduction::none) {
    const auto unmerged = [&](const Tensor& x) {
      return x.rank() == 1 ? reshape_like(x, weight) : unflatten(x, 0, weight.shape());
    };
    cost = {unmerged(cost.each), unmerged(cost.weight)};
  }
  return cost;
}

Tensor Loss::operator()(const Tensor& prediction, const Tensor& target, const Tensor& weight) const {
  const Cost cost = weighed(prediction, target, weight);
  const auto reduced = [&](const Tensor& x) { return root_ ? root_of(x) : x; };
  if (reduction_ == Reduction::none) {
    const Tensor each = reduced(cost.each);
    return cost.weight.defined() ? each * cost.weight : each;
  }
  if (reduction_ == Reduction::sum)
    return reduced(sum(cost.weight.defined() ? cost.each * cost.weight : cost.each));
  if (!cost.weight.defined())
    return reduced(is_empty(cost.each.shape()) ? sum(cost.each) : luge::mean(cost.each));
  return reduced(cast(mean({total(cost.each, cost.weight), total(cost.weight)}), cost.each.dtype()));
}

Sums Loss::sums(const Tensor& prediction, const Tensor& target, const Tensor& weight) const {
  const Cost cost = weighed(prediction, target, weight);
  if (!cost.weight.defined()) return {total(cost.each), count(cost.each, {}, f64)};
  return {total(cost.each, cost.weight), total(cost.weight)};
}

Tensor Loss::mean(const Sums& sums) {
  const Tensor weight = cast(sums.weight, sums.cost.dtype());
  return sums.cost / where(equal(weight, 0), 1, weight);
}

Targets Loss::targets(const Shape& prediction, const Shape& target) const {
  if (targets_) return targets_(prediction, target);
  if (about_.targets != Targets::Kind::labels) return {.kind = about_.targets};
  if (is_by_class(about_.outputs)) return class_targets(name_, about_.axis, no_label, prediction, target);
  // How many labels one number may be is not known.
  if (!is_binary(about_.outputs)) return {};
  return {.kind = Targets::Kind::labels, .classes = 2};
}

Tensor Loss::counted(const Tensor& prediction, const Tensor& target, const Tensor& weight) const {
  const Targets expected = targets(prediction.shape(), target.shape());
  Tensor counts;
  if (expected.kind == Targets::Kind::labels && expected.ignore_index != no_label)
    counts = logical_not(is_label(target, expected.ignore_index));
  if (!weight.defined()) return counts;
  const Tensor weighs = has_weight(name_, about_, prediction, target, weight);
  return counts.defined() ? logical_and(counts, weighs) : weighs;
}

Loss Loss::rooted() const {
  Loss same = *this;
  same.root_ = true;
  return same;
}

Loss Loss::with(const About& about) const {
  Loss same = *this;
  same.about_ = about;
  return same;
}

std::int64_t Loss::outputs_for(std::int64_t classes, std::int64_t numbers) const {
  if (is_by_class(about_.outputs)) return classes;
  const std::int64_t outputs = std::max<std::int64_t>(1, numbers);
  if (classes > 2 && outputs < classes) {
    throw ValueError(fmt::format(
        "{}: {} classes cannot be told apart by {} output{}; this loss takes yes or no, or numbers", name_,
        classes, outputs, outputs == 1 ? "" : "s"));
  }
  return outputs;
}

}  // namespace luge::loss
