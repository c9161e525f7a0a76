// Steps of an optimizer that searches: the loss of one batch, which is all of the data, at several points.
#include <fmt/format.h>

#include "core/draws.h"
#include "luge/autodiff.h"
#include "luge/nn/observe.h"
#include "luge/ops/check.h"
#include "luge/ops/shape.h"
#include "train/steps.h"

namespace luge::train {

void Steps::check_search() const {
  for (const Trained& each : trained_) {
    if (!each.optimizer.searches()) continue;
    const auto refuse = [&](std::string_view what) {
      throw ValueError(fmt::format("Trainer: {} looks for the minimum of one loss over all data; {}",
                                   each.optimizer.name(), what));
    };
    if (trained_.size() > 1)
      refuse(fmt::format("the task has {} objectives; use another optimizer", trained_.size()));
    if (accumulate_ > 1) refuse(fmt::format("accumulate is {}; expected 1", accumulate_));
    if (each.objective.every > 1 || each.objective.repeats > 1)
      refuse("the objective is not minimized once in each step; use another optimizer");
  }
}

Tensors Steps::slopes(const data::Batch& batch, bool trial) {
  std::optional<nn::Probe> probe;
  if (trial) probe.emplace(*net_, true);
  const Objective& objective = trained_[0].objective;
  const Pass pass(net_, batch, true);
  const LossTerm term = objective.loss(pass);
  kinds_[0] = TermKind::of(term);
  Variables parameters;
  for (const nn::NamedVariable& each : parameters_of(objective)) parameters.push_back(each.variable);
  const Tensors gradients = grad(term.value, parameters, {.allow_unused = true});
  if (!trial) {
    for (const Measure& measure : measures_) measure.update(measure.metric, pass);
  }
  Tensors results = {check_finite(term.cost, "the loss")};
  if (term.weight.defined()) results.push_back(term.weight);
  results.push_back(term.value);
  for (std::size_t k = 0; k < parameters.size(); ++k)
    results.push_back(gradients[k].defined() ? gradients[k]
                                             : zeros(parameters[k].shape(), parameters[k].dtype()));
  return results;
}

std::vector<StepResult> Steps::search(const Part& part, const data::Batch& batch) {
  if (!trial_) trial_.emplace(compile([this](const data::Batch& own) { return slopes(own, true); }));
  const random::State draws = random::state();
  std::vector<StepResult> read_first;
  // The first evaluation is the step of other optimizers; later ones see the same random numbers.
  const auto evaluate = [&]() -> optim::Evaluated {
    Tensors results;
    if (read_first.empty()) {
      results = program(part)(batch);
      read_first = read(part.objectives, results);
    } else {
      const random::Scratch scratch;
      random::set_state(draws);
      results = (*trial_)(batch);
    }
    const std::size_t at = kinds_[0].summed ? 1 : 2;
    return {results[at].item<double>(),
            Tensors(results.begin() + static_cast<std::ptrdiff_t>(at + 1), results.end())};
  };
  const Trained& only = trained_[0];
  converged_ = only.optimizer.search(parameters_of(only.objective), evaluate).converged;
  if (average_) {
    if (!averaging_) averaging_.emplace(compile([this] { average_->update(); }));
    (*averaging_)();
  }
  return read_first;
}

void Steps::move_norms(const data::Batch& batch) {
  if (!norms_) {
    norms_.emplace(compile([this](const data::Batch& own) {
      const std::vector<Average::Pair>& buffers = average_->buffers();
      Tensors moved;
      {
        const nn::Probe probe(*net_, true);
        take_average();
        const Pass pass(net_, own, true);
        pass.outputs();
        for (const Average::Pair& each : buffers) moved.push_back(each.parameter.value());
      }
      for (std::size_t k = 0; k < buffers.size(); ++k) {
        Variable average = buffers[k].average.variable;
        average.assign(moved[k]);
      }
      return moved;
    }));
  }
  const random::Scratch scratch;
  (*norms_)(batch);
}

}  // namespace luge::train
