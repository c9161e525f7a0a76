#include "luge/train/trainer.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>

#include "core/draws.h"
#include "core/nearest.h"
#include "luge/all_or_nothing.h"
#include "luge/compile.h"
#include "luge/nn/observe.h"
#include "train/trained.h"
#include "train/trainer_impl.h"

namespace luge::train {
namespace {

// Remembers the present state and restores it.
class Kept {
 public:
  explicit Kept(const std::vector<nn::NamedVariable>& state) {
    for (const auto& [name, variable] : state) AllOrNothing::remember(variable);
  }

 private:
  AllOrNothing assigned_;
  random::Scratch draws_;
};

// Ends with its scope, also when a step throws.
struct Profiling {
  Profiling() { set_profiling(true); }
  ~Profiling() { set_profiling(false); }
  Profiling(const Profiling&) = delete;
  Profiling& operator=(const Profiling&) = delete;
};

// What TrainerOptions measures of a task: the first output against the target.
Measure of_first_output(const metrics::Metric& metric) {
  return {metric, [](const metrics::Metric& own, const Pass& pass) {
            own.update(pass.output(), pass[data::kTarget]);
          }};
}

std::string joined(const std::vector<std::string>& names) {
  return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

double LossSum::loss() const {
  if (!(weight > 0)) return std::numeric_limits<double>::quiet_NaN();
  return root ? std::sqrt(cost / weight) : cost / weight;
}

Trainer::Impl::Impl(nn::Model net_, TaskRef task_, std::vector<Trained> trained,
                    std::vector<Measure> measures, const TrainerOptions& options)
    : net(net_),
      task(std::move(task_)),
      host_metrics(task->host_metrics()),
      accumulate(options.accumulate),
      steps(net_, std::move(trained), std::move(measures), options.accumulate,
            options.averaging ? std::optional(Average(*options.averaging)) : std::nullopt) {
  steps.measures_outputs = !host_metrics.empty();
  position.losses = no_sums();
}

void Trainer::Impl::track() {
  for (const Trained& each : steps.trained()) each.optimizer.track(steps.parameters_of(each.objective));
  if (steps.average()) steps.average()->begin(net->named_parameters(), net->named_buffers());
}

void Trainer::Impl::add(const std::vector<StepResult>& results, std::vector<LossSum>& sums) {
  for (const StepResult& result : results) {
    LossSum& sum = sums[result.objective];
    sum.cost += result.cost;
    sum.weight = result.weight ? sum.weight + *result.weight : 1;
    sum.root = result.root;
  }
}

Logs Trainer::Impl::logs(const std::vector<LossSum>& sums, const std::vector<Measure>& measured) const {
  Logs logs;
  for (std::size_t k = 0; k < sums.size(); ++k)
    logs.emplace_back(steps.trained()[k].objective.name, sums[k].loss());
  for (const Measure& measure : measured) logs.emplace_back(measure.metric.name(), measure.metric.value());
  return logs;
}

Columns Trainer::Impl::columns(bool validates) const {
  Columns columns;
  for (const Trained& each : steps.trained())
    columns.push_back({each.objective.name, metrics::Better::lower});
  for (const Measure& measure : steps.measures())
    columns.push_back({measure.metric.name(), measure.metric.better()});
  if (!validates) return columns;
  Columns own = columns;
  for (const metrics::HostMetric& metric : host_metrics) {
    for (const metrics::Figure& figure : metric.figures()) own.push_back({figure.name, figure.better});
  }
  for (const Column& column : own) columns.push_back({std::string(kValidation) + column.name, column.better});
  return columns;
}

std::string Trainer::Impl::optimizer_names() const {
  std::vector<std::string> names;
  for (const Trained& each : steps.trained()) {
    const bool one = steps.trained().size() == 1;
    names.push_back((one ? "" : each.objective.name + ": ") + each.optimizer.name());
  }
  return joined(names);
}

std::string Trainer::Impl::loss_names() const {
  std::vector<std::string> names;
  for (const Trained& each : steps.trained())
    names.push_back(each.objective.describes.empty() ? each.objective.name : each.objective.describes);
  return joined(names);
}

std::vector<nn::NamedVariable> Trainer::Impl::state_beside() const {
  std::vector<nn::NamedVariable> all;
  for (const Trained& each : steps.trained()) {
    const std::string prefix =
        steps.trained().size() == 1 ? "optimizer/" : fmt::format("optimizer/{}/", each.objective.name);
    for (const auto& [name, variable] : each.optimizer.state()) all.push_back({prefix + name, variable});
  }
  for (const auto& [metric, update] : steps.measures()) {
    int number = 0;
    for (const Variable& sum : metric.state())
      all.push_back({fmt::format("metrics/{}/{}", metric.name(), number++), sum});
  }
  for (const auto& [name, variable] : task->state()) all.push_back({"task/" + name, variable});
  if (steps.average()) {
    for (nn::NamedVariable& each : steps.average()->state()) all.push_back(std::move(each));
  }
  return all;
}

std::vector<nn::NamedVariable> Trainer::Impl::state() const {
  auto all = net->named_parameters();
  for (auto list : {net->named_buffers(), state_beside()}) all.insert(all.end(), list.begin(), list.end());
  return all;
}

namespace {

void check(const nn::Model& net, const TrainerOptions& options) {
  if (!net.defined()) throw ValueError("Trainer: the network is empty");
  if (options.accumulate < 1)
    throw ValueError(fmt::format("Trainer: accumulate is {}; expected at least 1", options.accumulate));
}

template <class Optimizers>
std::shared_ptr<Trainer::Impl> make(nn::Model net, TaskRef task, const Optimizers& optimizers,
                                    const TrainerOptions& options, std::vector<Measure> measures) {
  check(net, options);
  if (!task) throw ValueError("Trainer: the task is empty");
  const std::vector<Objective> objectives = task->objectives(net);
  check_objectives(*task, objectives);
  for (Measure& measure : task->metrics()) measures.push_back(std::move(measure));
  check_figures(objectives, measures, task->host_metrics());
  return std::make_shared<Trainer::Impl>(
      std::move(net), std::move(task), with_optimizers(objectives, optimizers), std::move(measures), options);
}

std::vector<Measure> of_first_output(const std::vector<metrics::Metric>& metrics) {
  std::vector<Measure> measures;
  for (const metrics::Metric& metric : metrics) measures.push_back(of_first_output(metric));
  return measures;
}

}  // namespace

Trainer::Trainer(nn::Model net, loss::Loss loss, optim::Optimizer optimizer, const TrainerOptions& options) {
  if (loss.reduction() == loss::Reduction::none) {
    throw ValueError(fmt::format(
        "Trainer: the loss {} gives a cost for each sample; a training needs Reduction::mean or sum",
        loss.name()));
  }
  impl_ = make(std::move(net), supervised(std::move(loss), options.metrics), optimizer, options, {});
}

Trainer::Trainer(nn::Model net, TaskRef task, const optim::Optimizer& optimizer,
                 const TrainerOptions& options)
    : impl_(make(std::move(net), std::move(task), optimizer, options, of_first_output(options.metrics))) {}

Trainer::Trainer(nn::Model net, TaskRef task, const std::map<std::string, optim::Optimizer>& optimizers,
                 const TrainerOptions& options)
    : impl_(make(std::move(net), std::move(task), optimizers, options, of_first_output(options.metrics))) {}

Tensor Trainer::predict(const Tensor& inputs) {
  const std::vector<std::string> names = net().input_names();
  if (names.size() != 1) {
    throw ShapeError(fmt::format("predict: the network has the inputs {}; give them by name", joined(names)));
  }
  const NamedTensors outputs = predict(NamedTensors{{names[0], inputs}});
  if (outputs.size() != 1) {
    throw ShapeError(fmt::format(
        "predict: the network has the outputs {}; give the input by its name, '{}', to get all of them",
        joined(outputs.names()), names[0]));
  }
  return outputs.begin()->second;
}

NamedTensors Trainer::predict(const NamedTensors& inputs) {
  const random::Scratch draws;
  return impl_->steps.predict(inputs);
}

PlanInfo Trainer::plan(const data::Batch& batch) const {
  const nn::ModeScope train_mode(*impl_->net, true);
  return impl_->steps.plan(impl_->steps.all(), batch);
}

std::string Trainer::profile(const data::Batch& batch, std::int64_t steps) {
  const nn::ModeScope train_mode(*impl_->net, true);
  const Kept kept(impl_->state());
  const Part all = impl_->steps.all();
  impl_->steps.run(all, batch);  // compiles, warms caches
  {
    const Profiling profiling;
    for (std::int64_t i = 0; i < steps; ++i) impl_->steps.run(all, batch);
  }
  return explain(batch);
}

std::string Trainer::explain(const data::Batch& batch) const {
  const nn::ModeScope train_mode(*impl_->net, true);
  return impl_->steps.explain(impl_->steps.all(), batch);
}

std::vector<std::string> Trainer::figures(bool validates) const {
  std::vector<std::string> names;
  for (const Column& column : impl_->columns(validates)) names.push_back(column.name);
  return names;
}

std::vector<nn::NamedVariable> Trainer::weights() const {
  auto all = impl_->net->named_parameters();
  for (nn::NamedVariable& each : impl_->net->named_buffers()) all.push_back(std::move(each));
  if (impl_->steps.average()) {
    for (nn::NamedVariable& each : impl_->steps.average()->state()) all.push_back(std::move(each));
  }
  return all;
}

const nn::Module& Trainer::net() const { return *impl_->net; }
const Task& Trainer::task() const { return *impl_->task; }
const optim::Optimizer& Trainer::optimizer() const { return impl_->steps.trained()[0].optimizer; }

std::vector<std::string> Trainer::objectives() const {
  std::vector<std::string> names;
  for (const Trained& each : impl_->steps.trained()) names.push_back(each.objective.name);
  return names;
}

const optim::Optimizer& Trainer::optimizer(std::string_view objective) const {
  for (const Trained& each : impl_->steps.trained()) {
    if (each.objective.name == objective) return each.optimizer;
  }
  throw ValueError(
      fmt::format("Trainer: there is no objective '{}'{}", objective, suggestion(objective, objectives())));
}

const Position& Trainer::position() const { return impl_->position; }
const History& Trainer::history() const { return impl_->history; }
std::uint64_t Trainer::traces() const { return impl_->steps.traces(); }

}  // namespace luge::train
