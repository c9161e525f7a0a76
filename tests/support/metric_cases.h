// The cases of tests/golden/metrics.safetensors and metrics_points.safetensors (make_metrics.py and
// make_points.py there).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "luge/metrics/host_metric.h"
#include "luge/metrics/metric.h"

namespace luge::metrics {

/// A case of a metric: what it is given, and its figures.
struct GoldenCase {
  std::string metric;         // the text that it is made of: "f1(average=micro)"
  std::vector<double> value;  // its figures
  // Of a metric of tensors.
  Tensor prediction, target, counted;
  OutputKind outputs = OutputKind::values;
  // Of a metric of records.
  std::vector<data::Record> predictions, truths;
  std::vector<std::string> classes;

  bool of_tensors() const { return prediction.defined(); }
  std::int64_t samples() const {
    return of_tensors() ? prediction.extent(0) : static_cast<std::int64_t>(truths.size());
  }
  /// The name without options.
  std::string name() const { return metric.substr(0, metric.find('(')); }

  Metric make() const { return named(metric).of_outputs(outputs).fresh(); }
  HostMetric make_host() const { return host_named(metric, classes); }
  void add(const Metric& to, std::int64_t from, std::int64_t stop) const;
  void add(const HostMetric& to, std::int64_t from, std::int64_t stop) const;
};

/// All cases, by their names.
const std::map<std::string, GoldenCase>& golden_cases();
/// A tensor of the files.
Tensor golden_tensor(const std::string& name);

/// Ranges of samples, of different lengths.
std::vector<std::pair<std::int64_t, std::int64_t>> uneven_parts(std::int64_t samples);

std::vector<double> values_of(const HostMetric& metric);

}  // namespace luge::metrics
