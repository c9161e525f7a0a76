// What metrics say about themselves, how they read outputs of each kind, and how parts are merged.
#include <gtest/gtest.h>

#include "luge/metrics/host_metric.h"
#include "luge/metrics/metric.h"
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "support/errors.h"

namespace luge::metrics {
namespace {

using testing::expect_error;

constexpr OutputKind kKinds[] = {OutputKind::values, OutputKind::logits, OutputKind::binary_logits,
                                 OutputKind::probabilities, OutputKind::binary_probabilities};

// The largest distance: a metric as a user writes it, whose sums do not add.
Metric largest_error() {
  return Metric(
      {.name = "largest_error",
       .sums = {{Shape{}, f64}},
       .update = [](const Tensors& sums, const Tensor& p,
                    const Tensor& t) { return Tensors{maximum(sums[0], max(cast(abs(p - t), f64)))}; },
       .result = [](const Tensors& sums) { return sums[0]; },
       .better = Better::lower,
       .measures = Measures::values,
       .merge = [](const Tensors& a, const Tensors& b) { return Tensors{maximum(a[0], b[0])}; }});
}
const bool added = add("test-largest-error", "the largest error", largest_error);

TEST(AboutMetrics, EveryRegisteredMetricDescribesItself) {
  EXPECT_TRUE(added);
  EXPECT_FALSE(add("test-largest-error", "again", largest_error));
  EXPECT_FALSE(add("accuracy", "another", largest_error));
  EXPECT_GE(names().size(), 4u);
  for (const std::string& name : names()) {
    EXPECT_FALSE(description(name).empty()) << name;
    const Metric metric = named(name);
    EXPECT_TRUE(metric.better().has_value()) << name;
    for (const OutputKind kind : kKinds) {
      const Metric read = metric.of_outputs(kind);
      EXPECT_EQ(read.name(), metric.name()) << name;
      EXPECT_EQ(read.better(), metric.better()) << name;
      EXPECT_EQ(read.measures(), metric.measures()) << name;
      ASSERT_EQ(read.state().size(), metric.state().size()) << name;
      // One that measures nothing would always be right.
      const auto check = [&](bool classes) { check_measures(name, metric.measures(), kind, classes); };
      const bool numbers = kind == OutputKind::values;
      if (metric.measures() == Measures::classes && numbers) {
        check(true);
        expect_error<ValueError>([&] { check(false); }, {name, "classes", "numbers"});
      } else if (metric.measures() == Measures::values && !numbers) {
        expect_error<ValueError>([&] { check(true); }, {name, std::string(luge::name(kind))});
      } else {
        check(true);
        check(false);
      }
    }
  }
  EXPECT_EQ(description("top3"), description("top5"));
  EXPECT_EQ(named("top3").name(), "top3");
  EXPECT_EQ(named("top-k", {{"k", 4}}).name(), "top4");
  EXPECT_EQ(named("top-k(k=4)").name(), "top4");
  expect_error<ValueError>([] { named("top0"); }, {"no metric is called 'top0'"});
  expect_error<options::OptionError>(
      [] {
        named("top-k", {{"k", 0}});
      },
      {"metric top-k: k is 0; expected a whole number from 1"});
  expect_error<ValueError>([] { description("no-metric"); }, {"no-metric", "accuracy"});
}

TEST(AboutMetrics, AccuracyTakesAThresholdByName) {
  const Tensor p = tensor<float>({0.2f, 0.4f, 0.6f, 0.9f}, {4, 1}), t = tensor<float>({0, 1, 1, 1}, {4});
  const auto share = [&](const Metric& metric) {
    metric.update(p, t);
    return metric.value();
  };
  EXPECT_EQ(share(named("accuracy")), 0.75);
  EXPECT_EQ(share(named("accuracy", {{"threshold", 0.3}})), 1);
  EXPECT_EQ(share(named("accuracy(threshold=0.7)")), 0.5);
  EXPECT_EQ(share(chosen({"accuracy(threshold=0.7)"}).metrics.at(0)), 0.5);
  expect_error<ValueError>([] { chosen({"accuracy", "accuracy(threshold=0.7)"}); }, {"named twice"});
  expect_error<options::OptionError>([] { chosen({"accuracy(k=1)"}); },
                                     {"metric accuracy: there is no option 'k'", "top-k has it"});
}

TEST(AboutMetrics, AccuracyReadsOutputsAsTheirKindSays) {
  const Tensor p = tensor<float>({0.2f, 0.7f, -0.3f, 0.4f}, {4, 1}), t = tensor<float>({1, 1, 0, 0}, {4});
  const auto share = [&](const Metric& metric, OutputKind kind) {
    const Metric read = metric.of_outputs(kind).fresh();
    read.update(p, t);
    return read.value();
  };
  EXPECT_EQ(share(Accuracy(), OutputKind::binary_logits), 0.75);
  EXPECT_EQ(share(Accuracy(), OutputKind::binary_probabilities), 0.75);
  EXPECT_EQ(share(Accuracy(), OutputKind::values), 0.75);
  const Tensor low = tensor<float>({0.2f, 0.3f, -0.3f, -0.4f}, {4, 1});
  const Metric logits = Accuracy().of_outputs(OutputKind::binary_logits),
               probabilities = Accuracy().of_outputs(OutputKind::binary_probabilities);
  logits.update(low, t);
  probabilities.update(low, t);
  EXPECT_EQ(logits.value(), 1);
  EXPECT_EQ(probabilities.value(), 0.5);
  // A threshold that was chosen stays.
  for (const OutputKind kind : kKinds) {
    EXPECT_EQ(share(Accuracy({.threshold = 0.3}), kind), 0.5);
    EXPECT_EQ(share(named("accuracy-from-logits"), kind), 0.75);
  }
}

TEST(AboutMetrics, BinaryOutputsAnswerForThemselves) {
  const Tensor p = tensor<float>({3, -1, 2, -2, -4, 5}, {2, 3}),
               t = tensor<float>({1, 1, 1, 0, 0, 0}, {2, 3});
  const Metric each = Accuracy().of_outputs(OutputKind::binary_logits);
  each.update(p, t);
  EXPECT_NEAR(each.value(), 4.0 / 6, 1e-12);
  each.reset();
  each.update(p, t, tensor<bool>({true, false, true, true, true, true}, {2, 3}));
  EXPECT_NEAR(each.value(), 4.0 / 5, 1e-12);
  const Metric masks = Accuracy().of_outputs(OutputKind::binary_logits);  // pixels of a picture
  masks.update(tensor<float>({1, -1, 1, 1}, {1, 1, 2, 2}), tensor<float>({1, 0, 0, 1}, {1, 1, 2, 2}));
  EXPECT_EQ(masks.value(), 0.75);
  const Metric classes = Accuracy().of_outputs(OutputKind::logits);
  classes.update(p, t);
  EXPECT_EQ(classes.value(), 0.5);
}

TEST(AboutMetrics, ReadingOutputsAnotherWayKeepsTheSums) {
  const Accuracy accuracy;
  const Metric read = accuracy.of_outputs(OutputKind::binary_logits);
  read.update(tensor<float>({0.2f}, {1, 1}), ones({1}));
  EXPECT_EQ(accuracy.value(), 1);
  accuracy.reset();
  EXPECT_EQ(read.value(), 0);
  EXPECT_EQ(TopK(2).of_outputs(OutputKind::values).name(), "top2");
}

TEST(Merge, ARuleMayMergeInItsOwnWay) {
  const Metric a = largest_error(), b = a.fresh();
  a.update(tensor<float>({1, 5}, {2}), tensor<float>({1, 2}, {2}));
  b.update(tensor<float>({9}, {1}), tensor<float>({2}, {1}));
  a.merge(b);
  EXPECT_EQ(a.value(), 7);
  b.merge(a);
  EXPECT_EQ(b.value(), 7);
}

TEST(Merge, MeansOfUnevenPartsAreThoseOfTheWhole) {
  const Mean whole, first, second;
  for (const auto& [value, samples] : {std::pair{2.0, 3}, {6.0, 1}, {5.5, 4}}) {
    whole.update(scalar(value), zeros({samples}));
    (samples == 1 ? first : second).update(scalar(value), zeros({samples}));
  }
  first.merge(second);
  EXPECT_EQ(first.value(), whole.value());
  first.merge(Mean());
  EXPECT_EQ(first.value(), whole.value());
}

TEST(BadInput, C106_SumsOfOtherMetricsAreNotTaken) {
  const Accuracy accuracy;
  accuracy.update(tensor<float>({1, 0}, {1, 2}), tensor<std::int64_t>({0}, {1}));
  expect_error<ValueError>([&] { accuracy.merge(TopK(2)); }, {"accuracy", "top2", "same metric"});
  expect_error<ValueError>([] { ConfusionMatrix(2).merge(ConfusionMatrix(3)); },
                           {"confusion_matrix", "other shapes"});
  EXPECT_EQ(accuracy.value(), 1);
}

}  // namespace
}  // namespace luge::metrics
