#include "luge/train/objective.h"

#include "luge/nn/observe.h"
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"

namespace luge::train {

const NamedTensors& Pass::outputs() const {
  if (!outputs_) {
    // What an evaluation assigns, such as running statistics, is forgotten.
    std::optional<nn::Probe> probe;
    if (!training_) probe.emplace(*net_, false);
    outputs_ = net_(batch_.tensors());
  }
  return *outputs_;
}

LossTerm LossTerm::of(const loss::Loss& loss, const Tensor& prediction, const Tensor& target,
                      const Tensor& sample_weight) {
  const loss::Sums sums = loss.sums(prediction, target, sample_weight);
  const bool summed = loss.reduction() == loss::Reduction::sum;
  return {loss(prediction, target, sample_weight), sums.cost, summed ? Tensor() : sums.weight};
}

LossTerm LossTerm::mean(const Tensor& costs) {
  return {luge::mean(costs), luge::sum(cast(costs, f64)), count(costs, {}, f64)};
}

LossTerm LossTerm::mean(const Tensor& costs, const Tensor& weight) {
  const Tensor weights = cast(weight, f64);
  const loss::Sums sums{luge::sum(cast(costs, f64) * weights), luge::sum(weights)};
  return {cast(loss::Loss::mean(sums), costs.dtype()), sums.cost, sums.weight};
}

LossTerm LossTerm::sum(const Tensor& costs) { return {luge::sum(costs), luge::sum(cast(costs, f64)), {}}; }

}  // namespace luge::train
