#include "luge/metrics/metric.h"

#include <fmt/format.h>

#include "graph/trace.h"
#include "luge/all_or_nothing.h"
#include "luge/error.h"

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

void Metric::update(const Tensor& prediction, const Tensor& target, const Tensor& counted) const {
  const Rule& rule = state_->rule;
  const Tensors now(state_->sums.begin(), state_->sums.end());
  const Tensors next = counted.defined() && rule.update_counted
                           ? rule.update_counted(now, prediction, target, counted)
                           : rule.update(now, prediction, target);
  if (next.size() != now.size())
    throw ValueError(fmt::format("{}: update gives {} sums for {}", rule.name, next.size(), now.size()));
  for (std::size_t k = 0; k < next.size(); ++k) {
    if (next[k].dtype() == now[k].dtype() && next[k].shape() == now[k].shape()) continue;
    throw ShapeError(fmt::format("{}: update gives {} {} for a sum of {} {}", rule.name,
                                 luge::name(next[k].dtype()), next[k].shape().to_string(),
                                 luge::name(now[k].dtype()), now[k].shape().to_string()));
  }
  // A sum that cannot be computed must not be assigned. While a function is recorded, its run takes care of
  // that.
  if (!values_come_later()) eval(next);
  AllOrNothing assigned;
  for (std::size_t k = 0; k < next.size(); ++k) state_->sums[k].assign(next[k]);
  assigned.keep();
}

Tensor Metric::result() const {
  return state_->rule.result(Tensors(state_->sums.begin(), state_->sums.end()));
}

void Metric::reset() const {
  AllOrNothing assigned;
  for (Variable& sum : state_->sums) sum.assign(zeros(sum.shape(), sum.dtype()));
  assigned.keep();
}

Metric Metric::fresh() const { return Metric(state_->rule); }
std::optional<Better> Metric::better() const { return state_->rule.better; }
const std::string& Metric::name() const { return state_->rule.name; }
const Variables& Metric::state() const { return state_->sums; }

}  // namespace luge::metrics
