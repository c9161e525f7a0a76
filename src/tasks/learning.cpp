#include "tasks/learning.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "luge/error.h"
#include "luge/ops/math.h"

namespace luge::tasks {

data::Recipe input_scaling(data::Scaling scaling, const data::Field& input) {
  if (input.dtype == i64 || input.dtype == i32 || input.text) return {};
  return data::Recipe({data::steps::scale(scaling)});
}

data::Recipe input_scaling(data::Scaling scaling, const data::Info& info) {
  return input_scaling(scaling, info.input());
}

Rows::Rows(const std::string& who, const Tensor& output, std::int64_t rows) {
  if (output.rank() == 0 || output.extent(0) != rows) {
    throw ShapeError(fmt::format("{}: the output is {}; expected [{},…], one row for each sample", who,
                                 output.shape().to_string(), rows));
  }
  values_ = cast(output, f32).to_vector<float>();
  width_ = rows > 0 ? values_.size() / static_cast<std::size_t>(rows) : 0;
}

data::HostArray number(float value) {
  data::HostArray array(data::Field{f32, {}});
  array.as<float>()[0] = value;
  return array;
}

data::HostArray whole(std::int64_t value) {
  data::HostArray array(data::Field{i64, {}});
  array.as<std::int64_t>()[0] = value;
  return array;
}

data::HostArray list(std::span<const float> values) {
  data::HostArray array(data::Field{f32, {static_cast<std::int64_t>(values.size())}});
  std::copy(values.begin(), values.end(), array.as<float>().begin());
  return array;
}

std::string class_name(const std::vector<std::string>& classes, std::int64_t label) {
  const bool named = label >= 0 && label < static_cast<std::int64_t>(classes.size());
  return named ? classes[static_cast<std::size_t>(label)] : std::to_string(label);
}

const Tensor& first(const NamedTensors& outputs) {
  if (outputs.empty()) throw ValueError("interpret: there are no outputs");
  return outputs.begin()->second;
}

// The name with the options that were given; of a sum, the terms as they were given.
static std::string description_of(const loss::Loss& loss, const std::string& text) {
  const std::size_t open = std::min(text.find('('), text.size());
  const bool sum = text.find_first_of("+*") < open;
  return sum ? text : loss.name() + text.substr(open);
}

Learning::Learning(const LearningOptions& options)
    : loss_(loss::named(options.loss)),
      describes_(description_of(loss_, options.loss)),
      measured_(metrics::chosen(options.metrics)),
      supervised_(train::supervised(loss_, measured_.metrics)) {}

std::vector<train::Objective> Learning::objectives(const nn::Model& net) const {
  std::vector<train::Objective> all = supervised_->objectives(net);
  all.front().describes = describes_;
  return all;
}

std::vector<metrics::HostMetric> Learning::host_metrics() const {
  const std::vector<std::string> given = interpreted();
  for (const metrics::HostMetric& metric : measured_.host_metrics) {
    const std::vector<std::string> reads = metric.reads();
    const bool found = std::any_of(reads.begin(), reads.end(), [&](const std::string& field) {
      return std::find(given.begin(), given.end(), field) != given.end();
    });
    if (reads.empty() || found) continue;
    throw ValueError(fmt::format(
        "{}: the metric '{}' compares {} of samples, and this task gives {}; leave the metric out", name(),
        metric.name(), fmt::join(reads, " or "),
        given.empty() ? "none" : fmt::format("{}", fmt::join(given, ", "))));
  }
  if (classes_.empty()) return measured_.host_metrics;
  std::vector<metrics::HostMetric> named;
  for (const metrics::HostMetric& metric : measured_.host_metrics)
    named.push_back(metric.of_classes(classes_));
  return named;
}

void Learning::describe(const data::Info& info, nn::Metadata& metadata) const {
  Task::describe(info, metadata);
  supervised_->describe(info, metadata);
}

std::vector<train::Measure> Learning::measures(
    std::function<void(const metrics::Metric&, const train::Pass&)> update) const {
  std::vector<train::Measure> all;
  for (const metrics::Metric& metric : measured_.metrics)
    all.push_back({metric.of_outputs(loss_.outputs()), update});
  return all;
}

void Learning::take(const nn::Metadata& metadata) {
  classes_ = metadata.classes;
  recipe_ = data::Recipe::from_json(metadata.recipe);
}

}  // namespace luge::tasks
