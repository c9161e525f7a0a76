// Every registered metric against other libraries, over uneven batches, in parts and from a saved state.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "luge/metrics/detection.h"
#include "luge/metrics/ranking.h"
#include "luge/ops/shape.h"
#include "support/metric_cases.h"

namespace luge::metrics {
namespace {

constexpr double kTolerance = 1e-12;

void expect_values(const std::vector<double>& got, const std::vector<double>& expected,
                   const std::string& what) {
  ASSERT_EQ(got.size(), expected.size()) << what;
  for (std::size_t k = 0; k < got.size(); ++k)
    EXPECT_NEAR(got[k], expected[k], kTolerance * std::max(1.0, std::abs(expected[k])))
        << what << ", figure " << k;
}

TEST(GoldenMetrics, EveryRegisteredMetricHasThreeCases) {
  std::map<std::string, int> cases;
  for (const auto& [name, one] : golden_cases()) ++cases[one.name()];
  std::vector<std::string> all = names();
  const std::vector<std::string> hosts = host_names();
  all.insert(all.end(), hosts.begin(), hosts.end());
  EXPECT_GE(all.size(), 20u);
  for (const std::string& name : all) {
    if (name.starts_with("test-")) continue;
    EXPECT_GE(cases[name], 3) << name << " has too few cases in tests/golden/make_metrics.py";
  }
}

TEST(GoldenMetrics, FiguresAreThoseOfOtherLibraries) {
  for (const auto& [name, one] : golden_cases()) {
    const auto parts = uneven_parts(one.samples());
    if (one.of_tensors()) {
      const Metric metric = one.make();
      for (const auto& [from, stop] : parts) one.add(metric, from, stop);
      expect_values({metric.value()}, one.value, name);
    } else {
      const HostMetric metric = one.make_host();
      for (const auto& [from, stop] : parts) one.add(metric, from, stop);
      expect_values(values_of(metric), one.value, name);
    }
  }
}

TEST(GoldenMetrics, MergedPartsInAnyOrderGiveTheWhole) {
  for (const auto& [name, one] : golden_cases()) {
    const auto ranges = uneven_parts(one.samples());
    if (one.of_tensors()) {
      std::vector<Metric> parts;
      for (const auto& [from, stop] : ranges) one.add(parts.emplace_back(one.make()), from, stop);
      const Metric forward = one.make(), backward = one.make();
      for (const Metric& part : parts) forward.merge(part);
      std::for_each(parts.rbegin(), parts.rend(), [&](const Metric& part) { backward.merge(part); });
      expect_values({forward.value()}, one.value, name);
      expect_values({backward.value()}, one.value, name);
      continue;
    }
    const HostMetric whole = one.make_host();
    one.add(whole, 0, one.samples());
    std::vector<HostMetric> parts;
    for (const auto& [from, stop] : ranges) one.add(parts.emplace_back(one.make_host()), from, stop);
    const HostMetric forward = whole.fresh(), backward = whole.fresh();
    for (const HostMetric& part : parts) forward.merge(part);
    std::for_each(parts.rbegin(), parts.rend(), [&](const HostMetric& part) { backward.merge(part); });
    for (const HostMetric& merged : {forward, backward}) {
      EXPECT_EQ(merged.state(), whole.state()) << name << ": the order leaves a trace";
      EXPECT_EQ(values_of(merged), values_of(whole)) << name;
    }
  }
}

TEST(GoldenMetrics, HostMetricsGoOnFromTheirState) {
  int damaged = 0;
  for (const auto& [name, one] : golden_cases()) {
    if (one.of_tensors()) continue;
    const HostMetric whole = one.make_host(), second = one.make_host();
    const std::int64_t half = one.samples() / 2;
    one.add(whole, 0, half);
    const std::string state = whole.state();
    second.restore(state);
    EXPECT_EQ(second.state(), state) << name;
    one.add(whole, half, one.samples());
    one.add(second, half, one.samples());
    EXPECT_EQ(second.state(), whole.state()) << name;
    EXPECT_EQ(values_of(second), values_of(whole)) << name;
    // A part of a state is no state, and changes nothing.
    const std::size_t step = std::max<std::size_t>(1, state.size() / 7);
    for (std::size_t cut = 0; cut + 1 < state.size(); cut += step, ++damaged) {
      EXPECT_THROW(second.restore(state.substr(0, cut)), FormatError) << name;
      EXPECT_EQ(second.state(), whole.state()) << name;
    }
  }
  EXPECT_GT(damaged, 500);
}

TEST(GoldenMetrics, TheSameMetricWithOtherOptionsIsNotMerged) {
  std::map<std::string, std::vector<HostMetric>> by_name;
  for (const auto& [name, one] : golden_cases()) {
    if (!one.of_tensors() && name.ends_with("|0"))
      by_name[one.name()].push_back(host_named(one.metric, {"a", "b"}));
  }
  int refused = 0;
  for (const auto& [name, metrics] : by_name) {
    for (std::size_t k = 1; k < metrics.size(); ++k, ++refused)
      EXPECT_THROW(metrics[0].merge(metrics[k]), ValueError) << name << ", options " << k;
  }
  EXPECT_GT(refused, 20);
}

TEST(GoldenMetrics, OverlapsOfBoxesAreThoseOfThePapers) {
  const Tensor pairs = golden_tensor("boxes.pairs"), expected = golden_tensor("boxes.overlaps");
  const Tensor a = select(pairs, 1, 0), b = select(pairs, 1, 1);
  const auto expect_column = [&](const Tensor& got, int column) {
    expect_values(got.to_vector<double>(), select(expected, 1, column).to_vector<double>(),
                  "column " + std::to_string(column));
  };
  expect_column(iou(a, b), 0);
  expect_column(generalized_iou(a, b), 1);
  expect_column(distance_iou(a, b), 2);
  expect_column(complete_iou(a, b), 3);
  const Tensor all = iou(unsqueeze(a, 1), unsqueeze(b, 0));
  EXPECT_EQ(all.shape(), Shape({12, 12}));
  EXPECT_EQ(select(select(all, 0, 3), 0, 3).item<double>(), select(iou(a, b), 0, 3).item<double>());
}

TEST(GoldenMetrics, TheCurveIsThatOfScikitLearn) {
  const auto curve = precision_recall_curve(golden_tensor("curve.scores").to_vector<double>(),
                                            golden_tensor("curve.truth").to_vector<bool>());
  expect_values(curve.threshold, golden_tensor("curve.threshold").to_vector<double>(), "threshold");
  expect_values(curve.precision, golden_tensor("curve.precision").to_vector<double>(), "precision");
  expect_values(curve.recall, golden_tensor("curve.recall").to_vector<double>(), "recall");
}

}  // namespace
}  // namespace luge::metrics
