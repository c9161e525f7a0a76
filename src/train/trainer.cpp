#include "luge/train/trainer.h"

#include <fmt/format.h>

#include <chrono>
#include <limits>
#include <ostream>
#include <set>

#include "core/draws.h"
#include "luge/all_or_nothing.h"
#include "luge/autodiff.h"
#include "luge/compile.h"
#include "luge/graph.h"
#include "luge/nn/observe.h"
#include "luge/ops/check.h"
#include "luge/ops/math.h"
#include "train/metrics_files.h"
#include "train/targets.h"
#include "train/trainer_impl.h"

namespace luge::train {
namespace {

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

std::vector<metrics::Metric> fresh(const std::vector<metrics::Metric>& metrics) {
  std::vector<metrics::Metric> own;
  for (const metrics::Metric& metric : metrics) own.push_back(metric.fresh());
  return own;
}

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

void check_metrics(const std::vector<metrics::Metric>& metrics) {
  std::set<std::string_view> taken(std::begin(kOwnColumns), std::end(kOwnColumns));
  taken.insert("loss");
  for (const metrics::Metric& metric : metrics) {
    const std::string& name = metric.name();
    const bool like_validation = name.starts_with(kValidation);
    if (name.empty() || like_validation || !taken.insert(name).second) {
      throw ValueError(fmt::format("Trainer: a metric is named '{}'; {}", name,
                                   like_validation
                                       ? "names that begin with val_ are kept for the validation's figures"
                                   : name.empty() ? "give it a name"
                                                  : "another figure has this name; names must differ"));
    }
    if (metric.result().rank() != 0) {
      throw ValueError(fmt::format("Trainer: the metric '{}' is {}; a training measures single numbers", name,
                                   metric.result().shape().to_string()));
    }
  }
}

}  // namespace

Trainer::Impl::Impl(nn::Model net_, loss::Loss loss_, optim::Optimizer optimizer_,
                    const TrainerOptions& options)
    : net(std::move(net_)),
      loss(std::move(loss_)),
      optimizer(std::move(optimizer_)),
      metrics(options.metrics),
      own_metrics(fresh(options.metrics)),
      accumulate(options.accumulate),
      train_step(compile([this](const Tensor& x, const Tensor& y) { return train(x, y, true); })),
      accumulate_step(compile([this](const Tensor& x, const Tensor& y) { return train(x, y, false); })),
      measure_step(compile([this](const Tensor& x, const Tensor& y) { return measure(x, y); })),
      forward(compile([this](const Tensor& x) {
        const nn::Probe probe(*net, false);
        return net(x);
      })) {
  if (accumulate > 1) optimizer.accumulate_gradients();
}

StepResult Trainer::Impl::train(const Tensor& x, const Tensor& y, bool update) {
  const Tensor output = net(x);
  const loss::Sums sums = loss.sums(output, y);
  const std::vector<nn::NamedVariable> parameters = net->named_parameters();
  Variables variables;
  for (const nn::NamedVariable& parameter : parameters) variables.push_back(parameter.variable);
  // Batches that give one update together are divided by their common weight.
  const bool together = accumulate > 1;
  const Tensor weight = together && !is_summed() ? sums.weight : Tensor();
  Tensors gradients = grad(together ? sums.cost : loss(output, y), variables, {.allow_unused = true});
  if (update) {
    optimizer.step(parameters, std::move(gradients), weight);
  } else {
    optimizer.accumulate(parameters, std::move(gradients), weight);
  }
  const Tensor counted = loss.counted(output, y);
  for (const metrics::Metric& metric : metrics) metric.update(output, y, counted);
  return {check_finite(sums.cost, "the loss"), sums.weight};
}

StepResult Trainer::Impl::measure(const Tensor& x, const Tensor& y) {
  Tensor output;
  {
    const nn::Probe probe(*net, false);
    output = net(x);
  }
  const loss::Sums sums = loss.sums(output, y);
  const Tensor counted = loss.counted(output, y);
  for (const metrics::Metric& metric : own_metrics) metric.update(output, y, counted);
  return {sums.cost, sums.weight};
}

void Trainer::Impl::add(const StepResult& result, double& loss_sum, double& weight) const {
  const double cost = std::get<0>(result).item<double>(), own = std::get<1>(result).item<double>();
  loss_sum += cost;
  weight = is_summed() ? 1 : weight + own;
}

loss::Targets Trainer::Impl::targets_for(const data::HostBatch& batch) const {
  const nn::Probe probe(*net, true);
  const Tensor output =
      net(graph::placeholder(batch.input().field.dtype, batch.input().field.shape, "input"));
  return loss.targets(output.shape(), batch.target().field.shape);
}

Logs Trainer::Impl::logs(double loss_sum, double weight, const std::vector<metrics::Metric>& measured) const {
  // Without samples that count there is no loss.
  Logs logs = {{"loss", weight > 0 ? loss_sum / weight : std::numeric_limits<double>::quiet_NaN()}};
  for (const metrics::Metric& metric : measured) logs.emplace_back(metric.name(), metric.value());
  return logs;
}

Columns Trainer::Impl::columns(bool validates) const {
  Columns columns = {{"loss", metrics::Better::lower}};
  for (const metrics::Metric& metric : metrics) columns.push_back({metric.name(), metric.better()});
  const std::size_t own = columns.size();
  for (std::size_t k = 0; validates && k < own; ++k)
    columns.push_back({std::string(kValidation) + columns[k].name, columns[k].better});
  return columns;
}

std::vector<nn::NamedVariable> Trainer::Impl::state_beside() const {
  std::vector<nn::NamedVariable> all;
  for (const auto& [name, variable] : optimizer.state()) all.push_back({"optimizer/" + name, variable});
  for (const metrics::Metric& metric : metrics) {
    int number = 0;
    for (const Variable& sum : metric.state())
      all.push_back({fmt::format("metrics/{}/{}", metric.name(), number++), sum});
  }
  return all;
}

std::vector<nn::NamedVariable> Trainer::Impl::state() const {
  auto all = net->named_parameters();
  for (auto list : {net->named_buffers(), state_beside()}) all.insert(all.end(), list.begin(), list.end());
  return all;
}

Trainer::Trainer(nn::Model net, loss::Loss loss, optim::Optimizer optimizer, const TrainerOptions& options) {
  if (!net.defined()) throw ValueError("Trainer: the network is empty");
  if (options.accumulate < 1)
    throw ValueError(fmt::format("Trainer: accumulate is {}; expected at least 1", options.accumulate));
  if (loss.reduction() == loss::Reduction::none) {
    throw ValueError(fmt::format(
        "Trainer: the loss {} gives a cost for each sample; a training needs Reduction::mean or sum",
        loss.name()));
  }
  check_metrics(options.metrics);
  impl_ = std::make_shared<Impl>(std::move(net), std::move(loss), std::move(optimizer), options);
}

Evaluation Trainer::evaluate(const data::Batches& batches) {
  if (batches.size() == 0) {
    throw ValueError(fmt::format("evaluate: {} has {} samples, no batch of {}", batches.dataset().info().name,
                                 batches.dataset().size(), batches.batch_size()));
  }
  const auto start = std::chrono::steady_clock::now();
  const random::Scratch draws;
  const Impl& impl = *impl_;
  for (const metrics::Metric& metric : impl.own_metrics) metric.reset();
  Evaluation result;
  double loss_sum = 0, weight = 0;
  std::optional<loss::Targets> expected;
  auto epoch = batches.epoch(0);
  while (const auto batch = epoch.next()) {
    if (!expected) expected = impl.targets_for(*batch);
    check_targets(*batch, *expected);
    const data::Batch tensors = batch->to_tensors();
    impl.add(impl.measure_step(tensors.input, tensors.target), loss_sum, weight);
    result.samples += batch->rows;
  }
  result.metrics = impl.logs(loss_sum, weight, impl.own_metrics);
  result.seconds = seconds_since(start);
  return result;
}

Tensor Trainer::predict(const Tensor& inputs) {
  const random::Scratch draws;
  return impl_->forward(inputs);
}

PlanInfo Trainer::plan(const data::Batch& batch) const {
  const nn::ModeScope train_mode(*impl_->net, true);
  return impl_->train_step.plan(batch.input, batch.target);
}

std::string Trainer::profile(const data::Batch& batch, std::int64_t steps) {
  const nn::ModeScope train_mode(*impl_->net, true);
  const Kept kept(impl_->state());
  impl_->train_step(batch.input, batch.target);  // compiles, warms caches
  {
    const Profiling profiling;
    for (std::int64_t i = 0; i < steps; ++i) impl_->train_step(batch.input, batch.target);
  }
  return explain(batch);
}

std::string Trainer::explain(const data::Batch& batch) const {
  const nn::ModeScope train_mode(*impl_->net, true);
  return impl_->train_step.explain(batch.input, batch.target);
}

std::vector<std::string> Trainer::figures(bool validates) const {
  std::vector<std::string> names;
  for (const Column& column : impl_->columns(validates)) names.push_back(column.name);
  return names;
}

const nn::Module& Trainer::net() const { return *impl_->net; }
const optim::Optimizer& Trainer::optimizer() const { return impl_->optimizer; }
const Position& Trainer::position() const { return impl_->position; }
const History& Trainer::history() const { return impl_->history; }
std::uint64_t Trainer::traces() const { return impl_->train_step.traces(); }

std::ostream& operator<<(std::ostream& out, const Evaluation& evaluation) {
  std::string text;
  for (const auto& [name, value] : evaluation.metrics)
    text += fmt::format("{}{}: {:.4f}", text.empty() ? "" : " - ", name, value);
  return out << text << fmt::format(" ({} samples)", evaluation.samples);
}

}  // namespace luge::train
