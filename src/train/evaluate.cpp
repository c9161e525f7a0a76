// Trainer::evaluate: the figures of a network on data, in eval mode.
#include <fmt/format.h>

#include <chrono>
#include <ostream>

#include "core/draws.h"
#include "luge/data/spent.h"
#include "luge/error.h"
#include "train/trainer_impl.h"

namespace luge::train {
namespace {

// What a metric refuses about a label is said of its sample.
void update(const std::vector<metrics::HostMetric>& metrics, const data::Record& prediction,
            const data::HostBatch& batch, std::int64_t row) {
  const data::Record truth = batch.record(row);
  try {
    for (const metrics::HostMetric& metric : metrics) metric.update(prediction, truth);
  } catch (const IndexError& error) {
    throw IndexError(fmt::format("{}: {}", batch.where(row), error.what()));
  }
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

Evaluation Trainer::evaluate(const data::Batches& batches) {
  if (batches.size() == 0) {
    throw ValueError(fmt::format("evaluate: {} has {} samples, no batch of {}", batches.dataset().info().name,
                                 batches.dataset().size(), batches.batch_size()));
  }
  const auto start = std::chrono::steady_clock::now();
  const random::Scratch draws;
  Impl& impl = *impl_;
  random::set_state({random::state().seed, 0});  // all evaluations of a training draw the same numbers
  for (const Measure& measure : impl.steps.own_measures()) measure.metric.reset();
  std::vector<metrics::HostMetric> host_metrics;
  for (const metrics::HostMetric& metric : impl.host_metrics) host_metrics.push_back(metric.fresh());
  Evaluation result;
  std::vector<LossSum> sums = impl.no_sums();
  std::function<void(const data::HostBatch&)> check;
  const TaskRef completed = host_metrics.empty() ? nullptr : impl.task->with(impl.net->metadata());
  const Task& task = completed ? *completed : *impl.task;
  auto epoch = batches.epoch(0);
  while (auto batch = epoch.next()) {
    if (result.samples == 0) check = impl.task->checks(impl.net, *batch);
    if (check) check(*batch);
    const Steps::Evaluated evaluated = impl.steps.evaluate(batch->to_tensors());
    Impl::add(evaluated.results, sums);
    if (!host_metrics.empty()) {
      const std::vector<data::Record> rows = task.interpret(evaluated.outputs, *batch);
      for (std::size_t row = 0; row < rows.size(); ++row)
        update(host_metrics, rows[row], *batch, static_cast<std::int64_t>(row));
    }
    result.samples += batch->rows;
    data::give_back(std::move(*batch));
  }
  result.metrics = impl.logs(sums, impl.steps.own_measures());
  for (const metrics::HostMetric& metric : host_metrics) {
    for (const metrics::Figure& figure : metric.figures())
      result.metrics.emplace_back(figure.name, figure.value);
  }
  result.seconds = seconds_since(start);
  return result;
}

std::ostream& operator<<(std::ostream& out, const Evaluation& evaluation) {
  std::string text;
  for (const auto& [name, value] : evaluation.metrics)
    text += fmt::format("{}{}: {:.4f}", text.empty() ? "" : " - ", name, value);
  return out << text << fmt::format(" ({} samples)", evaluation.samples);
}

}  // namespace luge::train
