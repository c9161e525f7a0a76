#include "luge/metrics/metric.h"

#include <fmt/format.h>

#include <algorithm>

#include "graph/trace.h"
#include "luge/all_or_nothing.h"
#include "luge/error.h"
#include "luge/ops/math.h"

namespace luge::metrics {

struct Metric::State {
  Rule rule;
  Variables sums;
  void assign(const Tensors& next);
};

void check_measures(std::string_view metric, Measures measures, OutputKind outputs,
                    bool targets_are_classes) {
  const bool numbers = outputs == OutputKind::values;
  switch (measures) {
    case Measures::anything: return;
    case Measures::classes:
      if (!numbers || targets_are_classes) return;
      throw ValueError(fmt::format(
          "the metric '{}' compares classes, but this loss and these targets are of numbers; leave "
          "the metric out, or use a loss for classes",
          metric));
    case Measures::values:
      if (numbers) return;
      throw ValueError(fmt::format(
          "the metric '{}' compares numbers, but the outputs are {}; leave the metric out, or use "
          "a loss for numbers",
          metric, luge::name(outputs)));
  }
}

Metric::Metric(Rule rule) : state_(std::make_shared<State>()) {
  for (const auto& [shape, dtype] : rule.sums) {
    const std::string name = fmt::format("{}.{}", rule.name, state_->sums.size());
    state_->sums.emplace_back(zeros(shape, dtype), name, VariableOptions{.trainable = false});
  }
  state_->rule = std::move(rule);
}

// Assigns all sums or none.
void Metric::State::assign(const Tensors& next) {
  const Tensors now(sums.begin(), sums.end());
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
  for (std::size_t k = 0; k < next.size(); ++k) sums[k].assign(next[k]);
  assigned.keep();
}

void Metric::update(const Tensor& prediction, const Tensor& target, const Tensor& counted) const {
  const Rule& rule = state_->rule;
  const Tensors now(state_->sums.begin(), state_->sums.end());
  state_->assign(counted.defined() && rule.update_counted
                     ? rule.update_counted(now, prediction, target, counted)
                     : rule.update(now, prediction, target));
}

void Metric::merge(const Metric& other) const {
  const Rule& rule = state_->rule;
  const Tensors own(state_->sums.begin(), state_->sums.end()),
      others(other.state_->sums.begin(), other.state_->sums.end());
  const bool alike = std::equal(
      own.begin(), own.end(), others.begin(), others.end(),
      [](const Tensor& a, const Tensor& b) { return a.dtype() == b.dtype() && a.shape() == b.shape(); });
  if (rule.name != other.name() || !alike) {
    throw ValueError(fmt::format("{}: cannot take the sums of {}{}; merge takes the same metric", rule.name,
                                 other.name(), rule.name == other.name() ? ", which have other shapes" : ""));
  }
  if (rule.merge) return state_->assign(rule.merge(own, others));
  Tensors next;
  for (std::size_t k = 0; k < own.size(); ++k) next.push_back(own[k] + others[k]);
  state_->assign(next);
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

Metric Metric::of_outputs(OutputKind outputs) const {
  if (!state_->rule.of_outputs) return *this;
  Metric same = *this;
  same.state_ = std::make_shared<State>(State{state_->rule.of_outputs(outputs), state_->sums});
  return same;
}

Measures Metric::measures() const { return state_->rule.measures; }
std::optional<Better> Metric::better() const { return state_->rule.better; }
const std::string& Metric::name() const { return state_->rule.name; }
const Variables& Metric::state() const { return state_->sums; }

}  // namespace luge::metrics
