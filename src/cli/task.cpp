#include "cli/task.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <set>

#include "core/number.h"

namespace luge::cli {
namespace {

constexpr const char* kRegressionLoss = "mse";

std::int64_t distinct_targets(const data::Dataset& samples) {
  std::set<std::vector<std::byte>> values;
  for (const data::Sample& sample : samples) values.insert(sample.target.bytes);
  return static_cast<std::int64_t>(values.size());
}

// Numbers that task=classification takes for classes.
bool could_be_labels(const data::Dataset& samples) {
  for (const data::Sample& sample : samples) {
    const float value = sample.target.as<float>()[0];
    if (value < 0 || value != std::floor(value)) return false;
  }
  return true;
}

bool is_table(const Data& data) { return !data.train.info().features.empty(); }
bool holds_labels(const Data& data) {
  return data.train.info().target() && is_integer(data.train.info().target()->dtype);
}

// What was guessed about a column of numbers, and how to say otherwise.
void tell_task(const Arguments& arguments, const Data& data, const models::Entry& entry) {
  const data::Info& info = data.train.info();
  const bool numbers = std::all_of(info.classes.begin(), info.classes.end(),
                                   [](const std::string& name) { return parse_number(name).has_value(); });
  const bool by_model = entry.defaults.loss == kRegressionLoss;
  if (!is_table(data) || arguments.given("data.task") || by_model || !numbers) return;
  const char* instead = holds_labels(data)            ? "task=regression trains numbers instead"
                        : could_be_labels(data.train) ? "task=classification trains classes instead"
                                                      : "classes would be whole numbers from 0, or words";
  fmt::print(stderr, "{}: column '{}' holds {} different numbers: {}; {}\n", info.name, info.target_name,
             distinct_targets(data.train), holds_labels(data) ? "classification" : "regression", instead);
}

}  // namespace

std::string usual_metrics(const models::Entry& entry) {
  std::string metrics;
  for (const std::string& metric : entry.defaults.metrics) metrics += (metrics.empty() ? "" : ",") + metric;
  return metrics.empty() ? "none" : metrics;
}

TargetKind target_kind(const std::string& loss) {
  if (loss == "softmax-cross-entropy") return TargetKind::labels;
  return loss == kRegressionLoss ? TargetKind::values : TargetKind::automatic;
}

TargetKind wanted_targets(const Arguments& arguments, const models::Entry& entry) {
  if (arguments.given("loss.name")) return target_kind(arguments.text("loss.name"));
  const std::string task = arguments.choice("data.task", {"auto", "classification", "regression"});
  if (task == "classification") return TargetKind::labels;
  const bool regression = task == "regression" || entry.defaults.loss == kRegressionLoss;
  return regression ? TargetKind::values : TargetKind::automatic;
}

void settle_task(Arguments& arguments, const models::Entry& entry, const Data& data) {
  if (!arguments.given("loss.name")) {
    if (holds_labels(data) && entry.defaults.loss == kRegressionLoss) {
      throw ValueError(
          fmt::format("{}: the model {} learns numbers, task=classification asks for classes; choose "
                      "model=softmax-regression or another classifier, or give the loss",
                      data.train.info().name, entry.name));
    }
    tell_task(arguments, data, entry);
    arguments.set_default("loss.name",
                          is_table(data) && !holds_labels(data) ? kRegressionLoss : entry.defaults.loss);
  }
  const bool own = arguments.text("loss.name") == entry.defaults.loss || holds_labels(data);
  arguments.set_default("train.metrics", own ? usual_metrics(entry) : "none");
}

data::Affine target_scaling(const Arguments& arguments, const models::Entry& entry, const Data& data,
                            const data::Dataset& fit) {
  if (!is_table(data) || holds_labels(data) || arguments.text("loss.name") != kRegressionLoss ||
      entry.defaults.loss == kRegressionLoss)
    return {};
  double sum = 0, squares = 0;
  for (const data::Sample& sample : fit) sum += sample.target.as<float>()[0];
  const double count = static_cast<double>(fit.size()), mean = sum / count;
  for (const data::Sample& sample : fit) {
    const double apart = sample.target.as<float>()[0] - mean;
    squares += apart * apart;
  }
  const double deviation = std::sqrt(squares / count);
  return {{static_cast<float>(mean)}, {deviation > 0 ? static_cast<float>(1 / deviation) : 1.0f}};
}

}  // namespace luge::cli
