#include "luge/metrics/metric.h"

#include <fmt/format.h>

namespace luge::metrics {

struct Metric::State {
  Rule rule;
  Variables sums;
};

Metric::Metric(Rule rule) : state_(std::make_shared<State>()) {
  for (const auto& [shape, dtype] : rule.sums) {
    const std::string name = fmt::format("{}.{}", rule.name, state_->sums.size());
    state_->sums.emplace_back(zeros(shape, dtype), name, VariableOptions{.trainable = false});
  }
  state_->rule = std::move(rule);
}

void Metric::update(const Tensor& prediction, const Tensor& target) const {
  const Tensors now(state_->sums.begin(), state_->sums.end());
  const Tensors next = state_->rule.update(now, prediction, target);
  for (std::size_t k = 0; k < next.size(); ++k) state_->sums[k].assign(next[k]);
}

Tensor Metric::result() const {
  return state_->rule.result(Tensors(state_->sums.begin(), state_->sums.end()));
}

void Metric::reset() const {
  for (Variable& sum : state_->sums) sum.assign(zeros(sum.shape(), sum.dtype()));
}

Metric Metric::fresh() const { return Metric(state_->rule); }
const std::string& Metric::name() const { return state_->rule.name; }
const Variables& Metric::state() const { return state_->sums; }

}  // namespace luge::metrics
