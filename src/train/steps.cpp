#include "train/steps.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "core/nearest.h"
#include "graph/scopes.h"
#include "luge/autodiff.h"
#include "luge/nn/matches.h"
#include "luge/nn/observe.h"
#include "luge/ops/check.h"
#include "luge/ops/math.h"
#include "train/scope_names.h"

namespace luge::train {
namespace {

Variables variables_of(const std::vector<nn::NamedVariable>& named) {
  Variables variables;
  for (const nn::NamedVariable& each : named) variables.push_back(each.variable);
  return variables;
}

std::vector<Measure> fresh(const std::vector<Measure>& measures) {
  std::vector<Measure> own;
  for (const Measure& measure : measures) own.push_back({measure.metric.fresh(), measure.update});
  return own;
}

// What an error calls the loss of an objective.
std::string text_of(const Objective& objective, std::size_t count) {
  return count == 1 ? "the loss" : fmt::format("the loss of '{}'", objective.name);
}

}  // namespace

Steps::Steps(nn::Model net, std::vector<Trained> trained, std::vector<Measure> measures,
             std::int64_t accumulate, std::optional<Average> average)
    : net_(std::move(net)),
      trained_(std::move(trained)),
      measures_(std::move(measures)),
      own_measures_(fresh(measures_)),
      accumulate_(accumulate),
      average_(std::move(average)),
      kinds_(trained_.size()),
      evaluation_(compile([this](const data::Batch& batch) { return measure(batch); })),
      prediction_(compile([this](const NamedTensors& inputs) {
        const nn::Probe probe(*net_, false);
        take_average();
        return net_(inputs);
      })) {
  for (const Trained& each : trained_) {
    const std::size_t before = group_.empty() ? 0 : group_.back();
    group_.push_back(before + (each.objective.simultaneous ? 0 : 1));
  }
  check_search();
  if (accumulate_ == 1) return;
  const bool repeats = std::any_of(trained_.begin(), trained_.end(),
                                   [](const Trained& each) { return each.objective.repeats > 1; });
  keeps_batches_ = repeats || groups(all()).size() > 1;
  for (const Trained& each : trained_) each.optimizer.accumulate_gradients();
}

Part Steps::all() const {
  Part part;
  part.objectives.resize(trained_.size());
  std::iota(part.objectives.begin(), part.objectives.end(), std::size_t{0});
  return part;
}

Part Steps::whole(std::int64_t number) const {
  Part part = all();
  std::erase_if(part.objectives, [&](std::size_t k) { return number % trained_[k].objective.every != 0; });
  return part;
}

std::vector<Part> Steps::groups(const Part& part) const {
  std::vector<Part> parts;
  for (const std::size_t k : part.objectives) {
    if (parts.empty() || group_[k] != group_[parts.back().objectives[0]])
      parts.push_back({{}, part.update, part.measure && parts.empty(), false});
    parts.back().objectives.push_back(k);
  }
  if (!parts.empty()) parts.back().last = part.last;
  return parts;
}

std::vector<nn::NamedVariable> Steps::parameters_of(const Objective& objective) const {
  const std::vector<nn::NamedVariable> all = net_->named_parameters();
  std::vector<bool> chosen(all.size());
  for (const std::string& pattern : objective.parameters) {
    bool any = false;
    for (std::size_t k = 0; k < all.size(); ++k) {
      if (nn::matches(pattern, all[k].name)) chosen[k] = any = true;
    }
    if (any || all.empty()) continue;
    std::vector<std::string> names;
    for (const nn::NamedVariable& each : all) names.push_back(each.name);
    throw ValueError(fmt::format("Trainer: the objective '{}' trains '{}', which matches no parameter{}",
                                 objective.name, pattern, suggestion(pattern, names)));
  }
  std::vector<nn::NamedVariable> own;
  for (std::size_t k = 0; k < all.size(); ++k) {
    if (chosen[k]) own.push_back(all[k]);
  }
  return own;
}

// Minimizes objectives that see the same values: their gradients come before the first update.
void Steps::minimize(const Part& part, std::size_t from, std::size_t to, const Pass& pass, Tensors& results) {
  struct Gradients {
    std::vector<nn::NamedVariable> parameters;
    Tensors values;
    Tensor weight;
  };
  const bool together = accumulate_ > 1;
  std::vector<Gradients> all;
  std::vector<LossTerm> terms;
  for (std::size_t k = from; k < to; ++k) {
    const Objective& objective = trained_[part.objectives[k]].objective;
    const InScope scope(kLossScope, Phase::forward);
    const LossTerm term = terms.emplace_back(objective.loss(pass));
    kinds_[part.objectives[k]] = TermKind::of(term);
    std::vector<nn::NamedVariable> parameters = parameters_of(objective);
    if (together && term.root) {
      throw ValueError(fmt::format(
          "Trainer: accumulate is {}, but {} is the root of a mean, whose slopes over several batches "
          "do not add up; minimize its square (mse for rmse), or set accumulate to 1",
          accumulate_, text_of(objective, trained_.size())));
    }
    // Batches that give one update together are divided by their common weight.
    Tensors gradients =
        grad(together ? term.cost : term.value, variables_of(parameters), {.allow_unused = true});
    all.push_back({std::move(parameters), std::move(gradients), together ? term.weight : Tensor()});
  }
  for (std::size_t k = from; k < to; ++k) {
    const optim::Optimizer& optimizer = trained_[part.objectives[k]].optimizer;
    Gradients& own = all[k - from];
    const InScope scope(kOptimizerScope, Phase::update);
    if (part.update) {
      optimizer.step(own.parameters, std::move(own.values), own.weight);
    } else {
      optimizer.accumulate(own.parameters, std::move(own.values), own.weight);
    }
  }
  if (part.measure && from == 0) {
    const InScope scope(kMetricsScope, Phase::forward);
    for (const Measure& measure : measures_) measure.update(measure.metric, pass);
  }
  for (std::size_t k = from; k < to; ++k) {
    const LossTerm& term = terms[k - from];
    const Objective& objective = trained_[part.objectives[k]].objective;
    results.push_back(check_finite(term.cost, text_of(objective, trained_.size())));
    if (term.weight.defined()) results.push_back(term.weight);
  }
}

Tensors Steps::train(const Part& part, const data::Batch& batch) {
  if (searches()) return slopes(batch, false);
  Tensors results;
  std::size_t from = 0;
  for (const Part& group : groups(part)) {
    const std::size_t to = from + group.objectives.size();
    const std::int64_t repeats = keeps_batches_ ? 1 : trained_[group.objectives[0]].objective.repeats;
    for (std::int64_t repeat = 0; repeat < repeats; ++repeat) {
      const Pass pass(net_, batch, true);
      Part once = part;
      once.measure = part.measure && repeat == 0;
      Tensors own;
      minimize(once, from, to, pass, own);
      if (repeat == 0) results.insert(results.end(), own.begin(), own.end());
    }
    from = to;
  }
  if (part.update && part.last && average_) average_->update();
  return results;
}

Tensors Steps::measure(const data::Batch& batch) {
  const Pass pass(net_, batch, false);
  std::vector<LossTerm> terms;
  Tensors results;
  {
    const nn::Probe probe(*net_, false);
    take_average();
    if (measures_outputs || !own_measures_.empty()) pass.outputs();
    for (std::size_t k = 0; k < trained_.size(); ++k) {
      const LossTerm term = trained_[k].objective.loss(pass);
      kinds_[k] = TermKind::of(term);
      results.push_back(term.cost);
      if (term.weight.defined()) results.push_back(term.weight);
    }
  }
  for (const Measure& measure : own_measures_) measure.update(measure.metric, pass);
  if (measures_outputs) {
    output_names_ = pass.outputs().names();
    for (const auto& [name, output] : pass.outputs()) results.push_back(output);
  }
  return results;
}

OfBatch& Steps::program(const Part& part) {
  const auto found = programs_.find(part);
  if (found != programs_.end()) return found->second;
  const auto step = [this, part](const data::Batch& batch) { return train(part, batch); };
  return programs_.emplace(part, compile(step)).first->second;
}

std::vector<StepResult> Steps::read(const std::vector<std::size_t>& objectives,
                                    const Tensors& results) const {
  std::vector<StepResult> read;
  std::size_t at = 0;
  for (const std::size_t k : objectives) {
    StepResult& result = read.emplace_back();
    result.objective = k;
    result.cost = results[at++].item<double>();
    result.root = kinds_[k].root;
    if (!kinds_[k].summed) result.weight = results[at++].item<double>();
  }
  return read;
}

std::vector<StepResult> Steps::run(const Part& part, const data::Batch& batch) {
  if (part.objectives.empty() && !part.measure) return {};
  if (searches()) return search(part, batch);
  return read(part.objectives, program(part)(batch));
}

Steps::Evaluated Steps::evaluate(const data::Batch& batch) {
  Tensors results = evaluation_(batch);
  Evaluated evaluated{read(all().objectives, results), {}};
  if (!measures_outputs) return evaluated;
  const std::vector<std::string>& names = output_names_;
  evaluated.outputs =
      NamedTensors(names, Tensors(results.end() - static_cast<std::ptrdiff_t>(names.size()), results.end()));
  return evaluated;
}

NamedTensors Steps::predict(const NamedTensors& inputs) { return prediction_(inputs); }

std::uint64_t Steps::traces() const {
  std::uint64_t sum = 0;
  for (const auto& [part, program] : programs_) sum += part.update ? program.traces() : 0;
  return sum;
}

}  // namespace luge::train
