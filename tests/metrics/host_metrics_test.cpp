// Metrics of records: what is not defined, NaN, options, and what is refused by name.
#include <gtest/gtest.h>

#include <cmath>

#include "luge/metrics/agreement.h"
#include "luge/metrics/detection.h"
#include "luge/metrics/ranking.h"
#include "luge/metrics/sequences.h"
#include "luge/tensor.h"
#include "support/errors.h"
#include "support/metric_cases.h"

namespace luge::metrics {
namespace {

using data::Record;
using testing::expect_error;

template <class T>
data::HostArray array(DType dtype, const Shape& shape, const std::vector<T>& values) {
  data::HostArray array(data::Field{dtype, shape});
  std::copy(values.begin(), values.end(), array.as<T>().begin());
  return array;
}
data::HostArray list(const std::vector<double>& values) {
  return array<double>(f64, {static_cast<std::int64_t>(values.size())}, values);
}
data::HostArray ids(const std::vector<std::int64_t>& values) {
  return array<std::int64_t>(i64, {static_cast<std::int64_t>(values.size())}, values);
}
data::HostArray label(std::int64_t value) { return array<std::int64_t>(i64, {}, {value}); }
data::HostArray boxes(const std::vector<double>& corners) {
  return array<double>(f64, {static_cast<std::int64_t>(corners.size() / 4), 4}, corners);
}
data::HostArray text(const char* value) { return data::HostArray::of_text(value); }
Record probabilities(const std::vector<double>& p) { return {{"probabilities", list(p)}}; }
Record truth(std::int64_t value) { return {{"target", label(value)}}; }
double first(const HostMetric& metric) { return metric.figures().at(0).value; }

// What each metric takes for a sample that is right.
std::pair<Record, Record> right_sample(const HostMetric& metric) {
  const std::string field = metric.reads().empty() ? "" : metric.reads()[0];
  if (field == "probabilities") return {probabilities({0, 1}), truth(1)};
  if (field == "text")
    return {{{"text", text("one two three four")}}, {{"target", text("one two three four")}}};
  if (field == "boxes") {
    return {{{"boxes", boxes({0, 0, 2, 2})}, {"labels", ids({1})}, {"scores", list({0.5})}},
            {{"boxes", boxes({0, 0, 2, 2})}, {"labels", ids({1})}}};
  }
  if (field == "points") {
    const data::HostArray there = array<double>(f64, {1, 2}, {1, 2});
    return {{{"points", there}},
            {{"points", there}, {"input", data::HostArray(data::Field{f32, {1, 4, 4}})}}};
  }
  return {{{"label", label(1)}}, truth(1)};
}

TEST(BadInput, C25_HostMetricsAreDefinedForNothingAndForOneClass) {
  for (const std::string& name : host_names()) {
    if (name.starts_with("test-")) continue;
    const HostMetric metric = host_named(name, {"no", "yes"});
    for (const Figure& figure : metric.figures()) EXPECT_EQ(figure.value, 0) << name << ": " << figure.name;
    const auto [prediction, target] = right_sample(metric);
    metric.update(prediction, target);
    for (const Figure& figure : metric.figures())
      EXPECT_TRUE(std::isfinite(figure.value)) << name << ": " << figure.name;
  }
  const auto of_one_class = [](const std::string& name) {
    const HostMetric metric = host_named(name, {"no", "yes"});
    for (int k = 0; k < 3; ++k)
      metric.update({{"label", label(1)}, {"probabilities", list({0.2, 0.8})}}, truth(1));
    return first(metric);
  };
  EXPECT_EQ(of_one_class("auc-roc"), 0) << "not defined";
  EXPECT_EQ(of_one_class("auc-pr"), 1);
  EXPECT_EQ(of_one_class("cohen-kappa"), 0) << "not defined";
  EXPECT_EQ(of_one_class("matthews"), 0) << "not defined";
  EXPECT_EQ(of_one_class("mean-iou"), 1);
}

TEST(BadInput, C25_NaNIsNeverAHit) {
  const AreaUnderROC roc;
  const AveragePrecision precision;
  for (const HostMetric& metric : {HostMetric(roc), HostMetric(precision)}) {
    metric.update(probabilities({0.1, 0.9}), truth(1));
    metric.update(probabilities({0.8, 0.2}), truth(0));
    EXPECT_EQ(first(metric), 1);
  }
  roc.update(probabilities({0.5, NAN}), truth(1));
  EXPECT_EQ(first(roc), 0.5) << "ranks last";
  roc.update(probabilities({NAN, 0.5}), truth(0));
  EXPECT_EQ(first(roc), 0.25) << "ranks first where it is not true";
  precision.update(probabilities({0.5, NAN}), truth(1));
  EXPECT_EQ(first(precision), 0.5) << "is never found";
  precision.update(probabilities({NAN, 0.5}), truth(0));
  EXPECT_EQ(first(precision), 0.25);
  const HostMetric f1 = host_named("f1(threshold=0.5,average=binary)", {"no", "yes"});
  f1.update(probabilities({0.2, 0.8}), truth(1));
  f1.update(probabilities({NAN, NAN}), truth(1));
  EXPECT_EQ(f1.figures()[0].value, 2.0 / 3);
  const CohenKappa kappa;
  const Matthews matthews;
  for (const HostMetric& metric : {HostMetric(kappa), HostMetric(matthews)}) {
    for (const std::int64_t k : {0, 1, 0, 1}) metric.update({{"label", label(k)}}, truth(k));
    EXPECT_DOUBLE_EQ(first(metric), 1);
    metric.update({{"label", label(-1)}}, truth(0));
    EXPECT_LT(first(metric), 1);
    EXPECT_GT(first(metric), 0);
  }
  const MeanAveragePrecision map({.thresholds = {0.5}});
  const Record there = {{"boxes", boxes({0, 0, 2, 2})}, {"labels", ids({0})}};
  const auto found = [](double corner, double score) {
    return Record{{"boxes", boxes({corner, 0, 2, 2})}, {"labels", ids({0})}, {"scores", list({score})}};
  };
  map.update(found(0, 0.3), there);
  EXPECT_EQ(first(map), 1);
  map.update(found(NAN, 0.9), there);
  const double with_box = first(map);
  EXPECT_LT(with_box, 1);
  map.update(found(0, NAN), there);
  EXPECT_LT(first(map), with_box);
}

TEST(Ranking, FiguresOfClassesHaveTheirNames) {
  const auto figure_names = [](const RankingOptions& options) {
    std::vector<std::string> all;
    for (const Figure& figure : AreaUnderROC(options).figures()) all.push_back(figure.name);
    return all;
  };
  using Names = std::vector<std::string>;
  EXPECT_EQ(figure_names({.classes = {"a", "b", "c"}}),
            (Names{"auc-roc", "auc-roc.a", "auc-roc.b", "auc-roc.c"}));
  EXPECT_EQ(figure_names({.classes = {"a", "b"}}), Names{"auc-roc"});
  EXPECT_EQ(figure_names({.classes = {"a", "b", "c"}, .by_class = false}), Names{"auc-roc"});
  EXPECT_EQ(figure_names({.classes = {"a", "b", "c"}, .average = Average::none}),
            (Names{"auc-roc.a", "auc-roc.b", "auc-roc.c"}));
}

TEST(Ranking, BinsNeedLittleMemory) {
  const HostMetric exact = AreaUnderROC(), binned = AreaUnderROC({.bins = 50});
  std::uint32_t random = 1;
  for (int k = 0; k < 5000; ++k) {
    random = random * 1664525 + 1013904223;
    const double score = static_cast<double>(random >> 8) / (1 << 24);
    for (const HostMetric& metric : {exact, binned})
      metric.update(probabilities({1 - score, score}), truth(k % 3 == 0 || score > 0.7));
  }
  EXPECT_NEAR(first(exact), first(binned), 0.01);
  EXPECT_LT(binned.state().size(), 2000u);
  EXPECT_GT(exact.state().size(), 50000u);
}

TEST(Sequences, EdgesOfTextsAreDefined) {
  const CharacterErrorRate cer;
  cer.update({{"text", text(" größe\n")}}, {{"target", text("grösse")}});
  EXPECT_EQ(first(cer), 2.0 / 6) << "code points, without white space at both ends";
  const WordErrorRate empty;
  empty.update({{"text", text("")}}, {{"target", text("")}});
  EXPECT_EQ(first(empty), 0);
  empty.update({{"text", text("two words")}}, {{"target", text("")}});
  EXPECT_EQ(first(empty), 2) << "as of a text of length 1";
  const CharacterErrorRate bytes;
  bytes.update({{"text", text("a\xff")}}, {{"target", text("a\xfe")}});
  EXPECT_EQ(first(bytes), 0.5) << "bytes that are not UTF-8";
  const BLEU bleu({.n = 2}), longer;
  for (const HostMetric& metric : {HostMetric(bleu), HostMetric(longer)})
    metric.update({{"tokens", ids({1, 2, 3})}}, {{"target", ids({1, 2, 3})}});
  EXPECT_EQ(first(bleu), 1);
  EXPECT_EQ(first(longer), 0) << "there is no 4-gram";
  for (const std::string& name : {std::string("cer"), std::string("wer")})
    EXPECT_EQ(host_named(name).figures()[0].better, Better::lower);
}

TEST(Detections, ThreeOfTenIsARecallOfThreeTenths) {
  const MeanAveragePrecision map({.thresholds = {0.5}, .points = RecallPoints::voc_11});
  std::vector<double> corners;
  for (int k = 0; k < 10; ++k) corners.insert(corners.end(), {10.0 * k, 0, 10.0 * k + 5, 5});
  const std::vector<double> found(corners.begin(), corners.begin() + 12);
  map.update({{"boxes", boxes(found)}, {"labels", ids({0, 0, 0})}, {"scores", list({0.9, 0.8, 0.7})}},
             {{"boxes", boxes(corners)}, {"labels", ids(std::vector<std::int64_t>(10))}});
  EXPECT_DOUBLE_EQ(first(map), 4.0 / 11) << "recalls 0, 0.1, 0.2 and 0.3";
}

TEST(Detections, OnlyTheSurestCount) {
  const auto precision = [](std::int64_t most) {
    const MeanAveragePrecision map({.thresholds = {0.5}, .max_detections = most});
    map.update({{"boxes", boxes({50, 50, 60, 60, 0, 0, 2, 2})},
                {"labels", ids({0, 0})},
                {"scores", list({0.9, 0.8})}},
               {{"boxes", boxes({0, 0, 2, 2})}, {"labels", ids({0})}});
    return first(map);
  };
  EXPECT_EQ(precision(1), 0);
  EXPECT_EQ(precision(2), 0.5);
  EXPECT_EQ(precision(0), 0.5);
}

TEST(Detections, ABoxIsTakenOnce) {
  const auto precision = [](Match match) {
    // The surest detection takes the first box; the second overlaps both, the first more.
    const MeanAveragePrecision map({.thresholds = {0.3}, .points = RecallPoints::all, .match = match});
    map.update({{"boxes", boxes({0, 0, 10, 10, 2, 0, 12, 10})},
                {"labels", ids({0, 0})},
                {"scores", list({0.9, 0.8})}},
               {{"boxes", boxes({0, 0, 10, 10, 5, 0, 15, 10})}, {"labels", ids({0, 0})}});
    return first(map);
  };
  EXPECT_EQ(precision(Match::free), 1) << "the second takes what is free";
  EXPECT_EQ(precision(Match::best), 0.5) << "the nearest is taken";
}

TEST(Detections, BoxesThatCoverNothingDoNotOverlap) {
  const Tensor point = zeros({1, 4}), turned = tensor<float>({3, 3, 1, 1}, {1, 4});
  EXPECT_EQ(iou(point, point).to_vector<float>(), std::vector<float>{0});
  EXPECT_EQ(iou(turned, turned).to_vector<float>(), std::vector<float>{0});
  EXPECT_EQ(generalized_iou(point, point).to_vector<float>(), std::vector<float>{0});
  const Tensor same = tensor<float>({1, 1, 3, 4}, {1, 4});
  EXPECT_EQ(complete_iou(same, same).to_vector<float>(), std::vector<float>{1});
}

TEST(BadInput, C01_ShapesOfBoxesAreNamed) {
  expect_error<ShapeError>([] { iou(zeros({2, 3}), zeros({2, 4})); }, {"box_overlap", "[2,3]", "[...,4]"});
  expect_error<DTypeError>([] { complete_iou(zeros({2, 4}, i64), zeros({2, 4})); }, {"box_overlap", "i64"});
  expect_error<ShapeError>([] { precision_recall_curve({0.5}, {}); }, {"1 scores", "0 truths"});
}

TEST(BadInput, C23_WhatRecordsLackIsNamedAndNothingIsCounted) {
  const auto refused = [](const HostMetric& metric, const Record& prediction, const Record& target,
                          std::initializer_list<std::string> parts) {
    const std::string before = metric.state();
    try {
      metric.update(prediction, target);
      ADD_FAILURE() << metric.name() << ": nothing was thrown";
    } catch (const Error& error) {
      for (const std::string& part : parts)
        EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << part << ": " << error.what();
    }
    EXPECT_EQ(metric.state(), before) << metric.name();
  };
  const Record none = {{"score", label(1)}};
  for (const std::string& name : host_names()) {
    if (name.starts_with("test-")) continue;
    const HostMetric metric = host_named(name, {"a", "b"});
    const auto [prediction, target] = right_sample(metric);
    metric.update(prediction, target);
    refused(metric, none, target, {name, "prediction", "score"});
    refused(metric, prediction, none, {name, "truth", "score"});
  }
  const HostMetric roc = AreaUnderROC({.classes = {"a", "b", "c"}});
  refused(roc, probabilities({0.5, 0.5}), truth(0), {"auc-roc", "probabilities", "f64[2]", "3 classes"});
  refused(roc, probabilities({0.5, 0.2, 0.3}), truth(3), {"auc-roc", "3", "target", "0 to 2"});
  refused(roc, probabilities({0.5, 0.2, 0.3}), {{"target", ids({0, 1})}}, {"auc-roc", "i64[2]", "one label"});
  refused(CohenKappa({.classes = {"a", "b"}}), {{"label", label(2)}}, truth(0),
          {"cohen-kappa", "2", "0 to 1"});
  refused(Matthews(), {{"labels", ids({1})}}, truth(0), {"matthews", "'labels'", "one label"});
  refused(WordErrorRate(), {{"text", text("a")}}, truth(0), {"wer", "target", "i64[]", "text"});
  refused(BLEU(), {{"tokens", list({1})}}, {{"target", ids({1})}}, {"bleu", "tokens", "f64[1]", "ids"});
  const HostMetric map = MeanAveragePrecision({.classes = {"a", "b"}});
  const Record there = {{"boxes", boxes({0, 0, 1, 1})}, {"labels", ids({1})}};
  refused(map, {{"boxes", boxes({0, 0, 1, 1})}, {"labels", ids({2})}, {"scores", list({1})}}, there,
          {"map", "2", "labels", "position 0", "0 to 1"});
  refused(map, {{"boxes", list({0, 0, 1, 1})}, {"labels", ids({1})}, {"scores", list({1})}}, there,
          {"map", "prediction", "boxes", "f64[4]", "[n,4]"});
  refused(map, {{"boxes", boxes({0, 0, 1, 1})}, {"labels", ids({1})}, {"scores", list({1, 2})}}, there,
          {"map", "scores", "f64[2]", "1 boxes"});
}

TEST(HostMetrics, OptionsOutOfRangeAreNamed) {
  expect_error<options::OptionError>([] { host_named("f-beta(beta=0)"); }, {"f-beta", "beta"});
  expect_error<options::OptionError>([] { FBeta(FBetaOptions{{}, -1}); }, {"f-beta", "beta"});
  expect_error<options::OptionError>([] { host_named("f1(average=mean)"); },
                                     {"f1", "average", "macro", "binary"});
  expect_error<options::OptionError>([] { host_named("f1(threshold=2)"); }, {"f1", "threshold"});
  expect_error<options::OptionError>([] { host_named("auc-roc(bins=-1)"); }, {"auc-roc", "bins"});
  expect_error<options::OptionError>([] { host_named("bleu(n=0)"); }, {"bleu", "n"});
  expect_error<options::OptionError>([] { host_named("bleu(smoothing=some)"); }, {"bleu", "add-one"});
  expect_error<options::OptionError>([] { MeanAveragePrecision({.thresholds = {}}); }, {"map", "thresholds"});
  expect_error<options::OptionError>(
      [] {
        MeanAveragePrecision({.thresholds = {0.5, 0}});
      },
      {"map", "thresholds"});
  expect_error<options::OptionError>(
      [] { MeanAveragePrecision({.thresholds = std::vector<double>(64, 0.5)}); },
      {"map", "thresholds", "64"});
}

TEST(BadInput, C41_DamagedStatesOfHostMetricsAreRefused) {
  for (const std::string& name : host_names()) {
    if (name.starts_with("test-")) continue;
    const HostMetric metric = host_named(name, {"a", "b"});
    const auto [prediction, target] = right_sample(metric);
    metric.update(prediction, target);
    const std::string before = metric.state();
    for (const std::string damaged :
         {"", "[", "{}", "3", "null", "[3]", "[[0]]", "[[1,2,3,4,5,6]]", "[[-1,-1,-1]]", "[[0,0,1e400]]",
          "[\"a\"]", "[[0,5,1],[0,5,1]]", "[[7,7,7]]"}) {
      expect_error<FormatError>([&] { metric.restore(damaged); }, {name});
      EXPECT_EQ(metric.state(), before) << name << ": " << damaged;
    }
  }
}

}  // namespace
}  // namespace luge::metrics
