#include "luge/train/objective.h"

#include "luge/nn/observe.h"
#include "luge/ops/shape.h"

namespace luge::train {
namespace {

using loss::Reduction;

// Costs are widened, masked and summed as those of any loss.
loss::Loss loss_of_costs(Reduction reduction) {
  return loss::Loss("costs", reduction, [](const Tensor& costs, const Tensor&) {
    return loss::Cost{.each = costs, .weight = {}};
  });
}

}  // namespace

const NamedTensors& Pass::outputs() const {
  if (!outputs_) {
    // What an evaluation assigns, such as running statistics, is forgotten.
    std::optional<nn::Probe> probe;
    if (!training_) probe.emplace(*net_, false);
    outputs_ = net_(batch_.tensors());
  }
  return *outputs_;
}

Tensor Pass::sample_weight() const {
  constexpr std::string_view field = "weight";
  return batch_.contains(field) ? batch_[field] : Tensor();
}

LossTerm LossTerm::of(const loss::Loss& loss, const Tensor& prediction, const Tensor& target,
                      const Tensor& sample_weight) {
  const loss::Sums sums = loss.sums(prediction, target, sample_weight);
  const bool summed = loss.reduction() == loss::Reduction::sum;
  return {loss(prediction, target, sample_weight), sums.cost, summed ? Tensor() : sums.weight, loss.root()};
}

LossTerm LossTerm::mean(const Tensor& costs) { return of(loss_of_costs(Reduction::mean), costs, costs); }

LossTerm LossTerm::mean(const Tensor& costs, const Tensor& weight) {
  const loss::Loss loss = loss_of_costs(Reduction::mean);
  if (costs.rank() > 0) return of(loss, costs, costs, weight);
  return of(loss, unsqueeze(costs, 0), unsqueeze(costs, 0), unsqueeze(weight, 0));
}

LossTerm LossTerm::sum(const Tensor& costs) { return of(loss_of_costs(Reduction::sum), costs, costs); }

}  // namespace luge::train
