#include "luge/metrics/metric.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "luge/compile.h"
#include "luge/ops/compare.h"
#include "luge/ops/labels.h"
#include "luge/ops/math.h"
#include "luge/ops/random.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "support/errors.h"

namespace luge::metrics {
namespace {

using testing::expect_error;

struct Row {
  std::string name;
  std::function<Metric()> make;
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

const Row rows[] = {
    {"Accuracy", [] { return Accuracy(); }},
    {"Top2", [] { return TopK(2); }},
    {"ConfusionMatrix", [] { return ConfusionMatrix(5); }},
};

class MetricContract : public ::testing::TestWithParam<Row> {
 protected:
  void SetUp() override {
    random::seed(4);
    prediction_ = random::uniform({23, 5}, -1, 1);
    labels_ = random::randint(0, 5, {23});
  }
  Tensor prediction(std::int64_t from, std::int64_t to) const {
    return slice(prediction_, {.start = from, .stop = to});
  }
  Tensor labels(std::int64_t from, std::int64_t to) const {
    return slice(labels_, {.start = from, .stop = to});
  }
  Tensor prediction_, labels_;
};

TEST_P(MetricContract, UnevenBatchesGiveTheWholesFigure) {
  const Metric whole = GetParam().make(), parts = whole.fresh();
  whole.update(prediction_, labels_);
  for (std::int64_t from : {0, 10, 20}) {
    const std::int64_t to = std::min<std::int64_t>(from + 10, 23);
    parts.update(prediction(from, to), labels(from, to));
  }
  EXPECT_EQ(parts.result().to_vector<double>(), whole.result().to_vector<double>());
}

TEST_P(MetricContract, ResetForgets) {
  const Metric metric = GetParam().make();
  const auto empty = metric.result().to_vector<double>();
  for (double value : empty) EXPECT_EQ(value, 0);
  metric.update(prediction_, labels_);
  EXPECT_NE(metric.result().to_vector<double>(), empty);
  metric.reset();
  EXPECT_EQ(metric.result().to_vector<double>(), empty);
}

TEST_P(MetricContract, CompiledUpdatesAreTheSame) {
  const Metric eager = GetParam().make(), compiled = eager.fresh();
  const auto update = compile([&](Tensor p, Tensor t) { compiled.update(p, t); });
  for (std::int64_t from : {0, 7, 14}) {
    eager.update(prediction(from, from + 7), labels(from, from + 7));
    update(prediction(from, from + 7), labels(from, from + 7));
  }
  EXPECT_EQ(compiled.result().to_vector<double>(), eager.result().to_vector<double>());
  EXPECT_EQ(update.traces(), 1u);
}

TEST_P(MetricContract, CopiesShareTheirSums) {
  const Metric metric = GetParam().make(), copy = metric, fresh = metric.fresh();
  metric.update(prediction_, labels_);
  EXPECT_EQ(copy.result().to_vector<double>(), metric.result().to_vector<double>());
  EXPECT_NE(fresh.result().to_vector<double>(), metric.result().to_vector<double>());
}

TEST_P(MetricContract, MergedPartsInAnyOrderGiveTheWholesFigure) {
  const Metric whole = GetParam().make(), first = whole.fresh(), second = whole.fresh();
  whole.update(prediction_, labels_);
  std::vector<Metric> parts;
  for (std::int64_t from : {0, 10, 20}) {
    const std::int64_t to = std::min<std::int64_t>(from + 10, 23);
    parts.push_back(whole.fresh());
    parts.back().update(prediction(from, to), labels(from, to));
  }
  for (const Metric& part : parts) first.merge(part);
  for (const std::size_t k : {2, 0, 1}) second.merge(parts[k]);
  for (const Metric& merged : {first, second}) {
    for (std::size_t k = 0; k < whole.state().size(); ++k)
      EXPECT_EQ(merged.state()[k].value().to_vector<double>(), whole.state()[k].value().to_vector<double>());
    EXPECT_EQ(merged.result().to_vector<double>(), whole.result().to_vector<double>());
  }
}

INSTANTIATE_TEST_SUITE_P(Every, MetricContract, ::testing::ValuesIn(rows),
                         [](const auto& info) { return info.param.name; });

TEST(Accuracy, CountsLargestOutputs) {
  const Accuracy accuracy;
  accuracy.update(tensor<float>({0.1f, 0.9f, 0.8f, 0.2f, 0.4f, 0.6f}, {3, 2}),
                  tensor<std::uint8_t>({1, 1, 1}, {3}));
  EXPECT_NEAR(accuracy.value(), 2.0 / 3, 1e-12);
  accuracy.update(tensor<float>({0.1f, 0.9f}, {1, 2}), tensor<float>({0, 1}, {1, 2}));  // one-hot
  EXPECT_NEAR(accuracy.value(), 3.0 / 4, 1e-12);
}

TEST(Accuracy, ComparesASingleOutputWithItsThreshold) {
  const Accuracy accuracy, from_logits({.threshold = 0});
  const Tensor p = tensor<float>({0.2f, 0.7f, 0.4f}, {3, 1}), t = tensor<float>({0, 1, 1}, {3});
  accuracy.update(p, t);
  from_logits.update(p, t);
  EXPECT_NEAR(accuracy.value(), 2.0 / 3, 1e-12);
  EXPECT_NEAR(from_logits.value(), 2.0 / 3, 1e-12);
  accuracy.update(reshape(p, {3}), t);
  EXPECT_NEAR(accuracy.value(), 4.0 / 6, 1e-12);
}

TEST(TopK, CountsOutputsAboveTheLabels) {
  const Tensor p = tensor<float>({4, 3, 2, 1, 1, 2, 3, 4}, {2, 4}), t = tensor<std::int64_t>({2, 0}, {2});
  for (const auto& [k, expected] :
       std::vector<std::pair<std::int64_t, double>>{{1, 0}, {2, 0}, {3, 0.5}, {4, 1}}) {
    const TopK top(k);
    top.update(p, t);
    EXPECT_EQ(top.value(), expected) << k;
  }
  expect_error<options::OptionError>([] { TopK(0); }, {"k is 0"});
}

// A prediction that is not a number is right for nobody.
TEST(Classification, NanIsAMiss) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const Tensor all = full({3, 4}, static_cast<double>(nan)), labels = tensor<std::int64_t>({0, 1, 3}, {3});
  const Tensor some = tensor<float>({9, nan, 0, 0, 0, 9, 0, 0, nan, 0, 0, 9}, {3, 4});
  const Tensor single = tensor<float>({nan, nan, 0.9f}, {3, 1}), binary = tensor<float>({0, 1, 1}, {3});
  for (const std::string& name : names()) {
    const Metric metric = named(name);
    if (metric.measures() != Measures::classes || metric.better() == Better::lower)
      continue;  // no share of hits
    if (!name.starts_with("top")) {
      metric.update(single, binary);
      EXPECT_NEAR(metric.value(), 1.0 / 3, 1e-12) << name;
      metric.reset();
    }
    metric.update(all, labels);
    EXPECT_EQ(metric.value(), 0) << name;
    metric.reset();
    metric.update(some, labels);
    EXPECT_NEAR(metric.value(), 1.0 / 3, 1e-12) << name;
  }
  const TopK top1(1);
  top1.update(all, labels);
  EXPECT_EQ(top1.value(), 0);
  const ConfusionMatrix matrix(4);
  matrix.update(some, labels);
  const auto cells = matrix.result().to_vector<std::int64_t>();
  EXPECT_EQ(std::accumulate(cells.begin(), cells.end(), std::int64_t{0}), 1);
  EXPECT_EQ(cells[5], 1);
  const Mean mean;
  mean.update(scalar(static_cast<double>(nan)), zeros({3}));
  EXPECT_TRUE(std::isnan(mean.value()));
}

TEST(Classification, LabelsMayStandInAColumn) {
  const Tensor p = tensor<float>({1, 0, 0, 0, 1, 0, 0, 1, 0}, {3, 3});
  const Tensor labels = tensor<std::int64_t>({0, 1, 2}, {3});
  const std::vector<Metric> all = {Accuracy(), TopK(1), TopK(2), ConfusionMatrix(3)};
  for (const Metric& metric : all) {
    const Metric column = metric.fresh();
    metric.update(p, labels);
    column.update(p, unsqueeze(labels, 1));
    EXPECT_EQ(column.result().to_vector<double>(), metric.result().to_vector<double>()) << metric.name();
  }
  EXPECT_NEAR(all[0].value(), 2.0 / 3, 1e-12);
}

TEST(Classification, WhatDoesNotCountIsLeftOut) {
  const Tensor p = tensor<float>({1, 0, 1, 0, 0, 1}, {3, 2}), labels = tensor<std::int64_t>({0, -1, 0}, {3});
  const Tensor counted = tensor<bool>({true, false, true}, {3});
  for (const Metric& metric : std::vector<Metric>{Accuracy(), TopK(1)}) {
    metric.update(p, labels, counted);
    EXPECT_EQ(metric.value(), 0.5) << metric.name();
  }
  const ConfusionMatrix matrix(2);
  matrix.update(p, labels, counted);
  EXPECT_EQ(matrix.result().to_vector<std::int64_t>(), (std::vector<std::int64_t>{1, 1, 0, 0}));
}

// Labels that count, with the classes on axis 1 as in images, whatever the shape they come in.
TEST(Classification, WhatDoesNotCountIsLeftOutAlongEveryAxis) {
  // Two pixels by two: the classes of the four are 1, 0, 1, 1, of which the third is not asked for.
  const Tensor first = tensor<float>({0, 5, 2, 1}, {1, 1, 2, 2}),
               second = tensor<float>({1, 4, 3, 7}, {1, 1, 2, 2});
  const Tensor p = concat({first, second}, 1);
  const Tensor labels = tensor<std::int64_t>({1, 1, 0, 1}, {1, 1, 2, 2});
  const Tensor counted = tensor<bool>({true, true, false, true}, {1, 1, 2, 2});
  const Tensor one_hot = concat({equal(labels, 0), equal(labels, 1)}, 1);
  for (const bool tall : {true, false}) {
    const auto turned = [&](const Tensor& x) {
      return tall ? reshape(x, {1, x.extent(1), 4, 1}) : reshape(x, {1, x.extent(1), 1, 4});
    };
    for (const auto& turn :
         {std::function<Tensor(const Tensor&)>(turned), std::function([](const Tensor& x) { return x; })}) {
      const auto share = [&](const Tensor& target, const Tensor& counts) {
        const Accuracy accuracy({.axis = 1});
        accuracy.update(turn(p), target, counts);
        return accuracy.value();
      };
      const Tensor column = turn(labels), counts = turn(counted);
      EXPECT_NEAR(share(column, {}), 0.5, 1e-12);
      EXPECT_NEAR(share(column, counts), 2.0 / 3, 1e-12);
      EXPECT_NEAR(share(squeeze(column, 1), squeeze(counts, 1)), 2.0 / 3, 1e-12);
      EXPECT_NEAR(share(column, squeeze(counts, 1)), 2.0 / 3, 1e-12);
      EXPECT_NEAR(share(cast(turn(one_hot), f32), broadcast_to(counts, turn(one_hot).shape())), 2.0 / 3,
                  1e-12);
      // The classes last.
      const auto last = [](const Tensor& x) { return permute(x, {0, 2, 3, 1}); };
      const Accuracy accuracy;
      accuracy.update(last(turn(p)), last(column), last(counts));
      EXPECT_NEAR(accuracy.value(), 2.0 / 3, 1e-12);
    }
  }
  // A single output, with labels and what counts beside it or in its column.
  const Tensor single = tensor<float>({0.9f, 0.2f, 0.8f}, {3, 1}),
               truth = tensor<std::int64_t>({1, 1, 0}, {3});
  const Tensor two = tensor<bool>({true, true, false}, {3});
  for (const Tensor& output : {single, squeeze(single, 1)}) {
    for (const Tensor& target : {truth, unsqueeze(truth, 1)}) {
      for (const Tensor& counts : {two, unsqueeze(two, 1)}) {
        const Accuracy accuracy;
        accuracy.update(output, target, counts);
        EXPECT_EQ(accuracy.value(), 0.5);
      }
    }
  }
  expect_error<ShapeError>(
      [&] {
        Accuracy({.axis = 1}).update(p, labels, ones({1, 1, 2, 3}, boolean));
      },
      {"accuracy", "[1,1,2,3]", "[1,2,2]"});
}

TEST(ConfusionMatrix, RowsAreTruth) {
  const ConfusionMatrix matrix(3);
  matrix.update(tensor<float>({1, 0, 0, 0, 1, 0, 0, 1, 0}, {3, 3}), tensor<std::int64_t>({0, 1, 2}, {3}));
  EXPECT_EQ(matrix.result().to_vector<std::int64_t>(),
            (std::vector<std::int64_t>{1, 0, 0, 0, 1, 0, 0, 1, 0}));
}

TEST(Mean, WeighsBatchesByTheirSamples) {
  const Mean loss("loss");
  loss.update(scalar(2.0), zeros({3}));
  loss.update(scalar(6.0), zeros({1}));
  EXPECT_EQ(loss.value(), 3);
  EXPECT_EQ(loss.name(), "loss");
}

TEST(BadInput, C23_AConfusionMatrixRefusesLabelsThatAreNoClass) {
  const ConfusionMatrix matrix(2);
  expect_error<IndexError>(
      [&] {
        matrix.update(ones({2, 2}), tensor<std::int64_t>({0, 2}, {2}));
        matrix.result().to_vector<std::int64_t>();
      },
      {"2"});
}

TEST(Labels, MayStandInAColumn) {
  const Tensor prediction = tensor<float>({1, 2, 0, 3, 1, 2, 0, 0, 9}, {3, 3});
  const Tensor labels = tensor<std::int64_t>({1, 0, 1}, {3}),
               column = tensor<std::int64_t>({1, 0, 1}, {3, 1});
  for (const Metric& metric : {Metric(Accuracy()), Metric(TopK(1)), Metric(TopK(2))}) {
    const Metric beside = metric.fresh();
    metric.update(prediction, labels);
    beside.update(prediction, column);
    EXPECT_EQ(metric.value(), beside.value()) << metric.name();
    EXPECT_GT(beside.value(), 0.5) << metric.name();
  }
  const ConfusionMatrix matrix(3);
  matrix.update(prediction, column);
  EXPECT_EQ(matrix.result().to_vector<std::int64_t>(),
            (std::vector<std::int64_t>{1, 0, 0, 0, 1, 1, 0, 0, 0}));
  const Accuracy single;
  single.update(tensor<float>({0.9f, 0.2f}, {2}), tensor<std::int64_t>({1, 1}, {2, 1}));
  EXPECT_EQ(single.value(), 0.5);
}

// A batch that cannot be counted leaves the sums of all batches before it.
TEST(BadInput, C23_ARefusedBatchChangesNoSum) {
  const Tensor p = tensor<float>({1, 0, 0, 0, 1, 0}, {2, 3}), good = tensor<float>({0, 0}, {2});
  for (const Metric& metric : {Metric(Accuracy()), Metric(TopK(2)), Metric(ConfusionMatrix(3))}) {
    metric.update(p, good);
    const auto before = metric.result().to_vector<double>();
    expect_error<IndexError>(
        [&] {
          metric.update(p, tensor<float>({0, 0.5f}, {2}));
        },
        {metric.name(), "0.5"});
    EXPECT_EQ(metric.result().to_vector<double>(), before) << metric.name();
    expect_error<ShapeError>([&] { metric.update(p, ones({4})); }, {metric.name()});
    EXPECT_EQ(metric.result().to_vector<double>(), before) << metric.name();
    const auto step = compile([&](Tensor x, Tensor t) {
      metric.update(x, t);
      return sum(x);
    });
    expect_error<IndexError>(
        [&] {
          step(p, tensor<float>({0, NAN}, {2})).item<float>();
        },
        {metric.name(), "nan"});
    EXPECT_EQ(metric.result().to_vector<double>(), before) << metric.name();
    metric.update(p, good);
    EXPECT_TRUE(std::isfinite(metric.result().to_vector<double>()[0]));
  }
  // A rule of one's own, of whose two sums only the second fails, or has another shape.
  const Metric own({.name = "own",
                    .sums = {{Shape{}, f64}, {Shape{}, f64}},
                    .update =
                        [](const Tensors& sums, const Tensor& x, const Tensor& t) {
                          return Tensors{sums[0] + 1, sums[1] + cast(to_index(t), f64) + cast(x, f64)};
                        },
                    .result = [](const Tensors& sums) { return sums[0]; }});
  own.update(ones({}), ones({}));
  expect_error<IndexError>([&] { own.update(ones({}), full({}, 0.5)); }, {"0.5"});
  expect_error<ShapeError>([&] { own.update(ones({2}), ones({})); }, {"own", "[2]"});
  EXPECT_EQ(own.state()[0].value().item<double>(), 1);
  EXPECT_EQ(own.state()[1].value().item<double>(), 2);
}

TEST(BadInput, C23_LabelsThatAreNoWholeNumbersAreRefused) {
  const Tensor many = tensor<float>({1, 2, 3, 0, 0, 1}, {2, 3}), one = tensor<float>({0.9f, 0.2f}, {2, 1});
  for (const float bad : {0.5f, NAN, -0.5f, INFINITY}) {
    const Tensor labels = tensor<float>({1, bad}, {2});
    for (const Metric& metric : {Metric(Accuracy()), Metric(TopK(2)), Metric(ConfusionMatrix(3))}) {
      expect_error<IndexError>(
          [&] {
            metric.update(many, labels);
            metric.result().to_vector<double>();
          },
          {metric.name(), "label", "position 1", "whole number"});
    }
    expect_error<IndexError>(
        [&] {
          const Accuracy accuracy;
          accuracy.update(one, labels);
          accuracy.value();
        },
        {"accuracy", "position 1"});
  }
}

TEST(BadInput, C25_OneClassAndNoSamplesAreDefined) {
  const Accuracy accuracy;
  EXPECT_EQ(accuracy.value(), 0);
  accuracy.update(ones({4, 1}), ones({4}));
  EXPECT_EQ(accuracy.value(), 1);
  accuracy.update(zeros({0, 3}), zeros({0}, i64));
  EXPECT_EQ(accuracy.value(), 1);
}

TEST(Metric, ShapesThatDoNotFitAreNamed) {
  for (const std::int64_t axis : {std::int64_t{2}, std::int64_t{-3}, (std::int64_t{1} << 32) + 1})
    expect_error<ShapeError>(
        [&] {
          Accuracy({.axis = axis}).update(ones({2, 3}), zeros({2}, i64));
        },
        {"accuracy", std::to_string(axis)});
  expect_error<ShapeError>(
      [] {
        Accuracy().update(ones({2, 3}), ones({2, 3, 4}));
      },
      {"accuracy", "[2,3]", "[2,3,4]"});
  expect_error<ShapeError>([] { TopK(3).update(ones({2, 3}), ones({3}, i64)); }, {"top3", "[2,3]", "[3]"});
  expect_error<ShapeError>(
      [] {
        ConfusionMatrix(4).update(ones({2, 3}), ones({2}, i64));
      },
      {"confusion_matrix", "4 classes"});
  expect_error<ValueError>([] { named("precisionn"); }, {"precisionn", "accuracy"});
  EXPECT_EQ(named("top7").name(), "top7");
  for (const std::int64_t classes : {0, -1})
    expect_error<ValueError>([&] { ConfusionMatrix matrix(classes); },
                             {"classes is " + std::to_string(classes)});
}

}  // namespace
}  // namespace luge::metrics
