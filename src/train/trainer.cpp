#include "luge/train/trainer.h"

#include <fmt/format.h>

#include <chrono>
#include <ostream>

#include "luge/autodiff.h"
#include "luge/compile.h"
#include "luge/ops/check.h"
#include "luge/ops/math.h"
#include "train/trainer_impl.h"

namespace luge::train {
namespace {

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// Train or eval mode for the length of a scope.
class Mode {
 public:
  Mode(const nn::Module& net, bool training) : net_(net), before_(net.training()) {
    net.set_training(training);
  }
  ~Mode() { net_.set_training(before_); }
  Mode(const Mode&) = delete;
  Mode& operator=(const Mode&) = delete;

 private:
  const nn::Module& net_;
  bool before_;
};

}  // namespace

Trainer::Impl::Impl(nn::Model net_, loss::Loss loss_, optim::Optimizer optimizer_,
                    const TrainerOptions& options)
    : net(std::move(net_)),
      loss(std::move(loss_)),
      optimizer(std::move(optimizer_)),
      metrics(options.metrics),
      accumulate(options.accumulate),
      train_step(compile([this](const Tensor& x, const Tensor& y) { return train(x, y, true); })),
      gather_step(compile([this](const Tensor& x, const Tensor& y) { return train(x, y, false); })),
      measure_step(compile([this](const Tensor& x, const Tensor& y) { return measure(x, y); })),
      forward(compile([this](const Tensor& x) { return net(x); })) {
  if (accumulate > 1) optimizer.gather_gradients();
}

Tensor Trainer::Impl::train(const Tensor& x, const Tensor& y, bool update) {
  const Tensor output = net(x);
  const Tensor cost = check_finite(loss(output, y), "the loss");
  const std::vector<nn::NamedVariable> parameters = net->named_parameters();
  Variables variables;
  for (const nn::NamedVariable& parameter : parameters) variables.push_back(parameter.variable);
  const Tensor share = accumulate > 1 ? cost / static_cast<double>(accumulate) : cost;
  Tensors gradients = grad(share, variables, {.allow_unused = true});
  if (update) {
    optimizer.step(parameters, std::move(gradients));
  } else {
    optimizer.gather(parameters, std::move(gradients));
  }
  for (const metrics::Metric& metric : metrics) metric.update(output, y);
  return cost;
}

Tensor Trainer::Impl::measure(const Tensor& x, const Tensor& y) {
  const Tensor output = net(x);
  for (const metrics::Metric& metric : metrics) metric.update(output, y);
  return loss(output, y);
}

void Trainer::Impl::reset_metrics() {
  for (const metrics::Metric& metric : metrics) metric.reset();
}

Logs Trainer::Impl::logs(double loss_sum, std::int64_t rows, const std::string& prefix) const {
  Logs logs = {{prefix + "loss", rows > 0 ? loss_sum / static_cast<double>(rows) : 0.0}};
  for (const metrics::Metric& metric : metrics) {
    logs.emplace_back(prefix + metric.name(), metric.value());
  }
  return logs;
}

Trainer::Trainer(nn::Model net, loss::Loss loss, optim::Optimizer optimizer, const TrainerOptions& options) {
  if (!net.defined()) throw ValueError("Trainer: the network is empty");
  if (options.accumulate < 1)
    throw ValueError(fmt::format("Trainer: accumulate is {}; expected at least 1", options.accumulate));
  impl_ = std::make_shared<Impl>(std::move(net), std::move(loss), std::move(optimizer), options);
}

Evaluation Trainer::evaluate(const data::Batches& batches) {
  if (batches.size() == 0) {
    throw ValueError(fmt::format("evaluate: {} has {} samples, no batch of {}", batches.dataset().info().name,
                                 batches.dataset().size(), batches.batch_size()));
  }
  const auto start = std::chrono::steady_clock::now();
  const Mode eval_mode(*impl_->net, false);
  impl_->reset_metrics();
  Evaluation result;
  double loss_sum = 0;
  auto epoch = batches.epoch(0);
  while (const auto batch = epoch.next()) {
    const data::Batch tensors = batch->to_tensors();
    loss_sum +=
        impl_->measure_step(tensors.input, tensors.target).item<double>() * static_cast<double>(batch->rows);
    result.samples += batch->rows;
  }
  result.metrics = impl_->logs(loss_sum, result.samples, "");
  result.seconds = seconds_since(start);
  return result;
}

Tensor Trainer::predict(const Tensor& inputs) {
  const Mode eval_mode(*impl_->net, false);
  return impl_->forward(inputs);
}

PlanInfo Trainer::plan(const data::Batch& batch) const {
  const Mode train_mode(*impl_->net, true);
  return impl_->train_step.plan(batch.input, batch.target);
}

std::string Trainer::profile(const data::Batch& batch, std::int64_t steps) {
  const Mode train_mode(*impl_->net, true);
  impl_->train_step(batch.input, batch.target);  // compiles, warms caches
  set_profiling(true);
  for (std::int64_t i = 0; i < steps; ++i) impl_->train_step(batch.input, batch.target);
  set_profiling(false);
  return explain(batch);
}

std::string Trainer::explain(const data::Batch& batch) const {
  const Mode train_mode(*impl_->net, true);
  return impl_->train_step.explain(batch.input, batch.target);
}

std::vector<std::string> Trainer::figures(bool validates) const {
  std::vector<std::string> names = {"loss"};
  for (const metrics::Metric& metric : impl_->metrics) names.push_back(metric.name());
  const std::size_t own = names.size();
  for (std::size_t i = 0; validates && i < own; ++i) names.push_back("val_" + names[i]);
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
