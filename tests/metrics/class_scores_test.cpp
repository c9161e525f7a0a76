// F1, precision and recall: right is what scikit-learn gives (tests/golden/make_class_scores.py).
#include "luge/metrics/class_scores.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <map>
#include <set>

#include "luge/io/safetensors.h"
#include "luge/tensor.h"
#include "support/errors.h"
#include "support/paths.h"

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
// Zeros and ones as float.
data::HostArray ones_of(const data::HostArray& row) {
  const auto ones = row.as<std::int64_t>();
  return array<float>(f32, row.field.shape, {ones.begin(), ones.end()});
}
// Zeros and ones as the list of labels that are there.
data::HostArray list_of(const data::HostArray& row) {
  std::vector<std::int64_t> labels;
  for (std::size_t k = 0; k < row.as<std::int64_t>().size(); ++k) {
    if (row.as<std::int64_t>()[k] == 1) labels.push_back(static_cast<std::int64_t>(k));
  }
  return array<std::int64_t>(i64, {static_cast<std::int64_t>(labels.size())}, labels);
}
data::HostArray label(std::int64_t value) { return array<std::int64_t>(i64, {}, {value}); }
Record predicted(std::int64_t value) { return {{"label", label(value)}}; }
Record truth(std::int64_t value) { return {{"target", label(value)}}; }

std::vector<double> values(const HostMetric& metric) {
  std::vector<double> all;
  for (const Figure& figure : metric.figures()) all.push_back(figure.value);
  return all;
}
std::vector<std::string> figure_names(const HostMetric& metric) {
  std::vector<std::string> all;
  for (const Figure& figure : metric.figures()) all.push_back(figure.name);
  return all;
}

struct Case {
  Tensor prediction, target;
  std::map<std::string, std::vector<double>> scores;
  std::int64_t samples() const { return target.extent(0); }
  std::vector<std::string> classes() const {
    std::vector<std::string> names;
    for (std::size_t k = 2; k < scores.at("f1").size(); ++k) names.push_back("c" + std::to_string(k - 2));
    return names;
  }
  // Adds the samples from … to.
  void add(const HostMetric& metric, std::int64_t from, std::int64_t to) const {
    for (std::int64_t n = from; n < to; ++n) {
      const auto row = [&](const Tensor& x) {
        const Shape shape = x.shape().without(0);
        const auto all = x.to_vector<std::int64_t>();
        const auto width = static_cast<std::ptrdiff_t>(shape.elements());
        return array<std::int64_t>(i64, shape, {all.begin() + n * width, all.begin() + (n + 1) * width});
      };
      if (target.rank() == 1) {
        metric.update({{"label", row(prediction)}}, {{"target", row(target)}});
      } else if (n % 2 == 0) {
        metric.update({{"labels", ones_of(row(prediction))}}, {{"target", ones_of(row(target))}});
      } else {
        metric.update({{"labels", list_of(row(prediction))}}, {{"target", ones_of(row(target))}});
      }
    }
  }
};

std::map<std::string, Case> cases() {
  const io::SafetensorsFile file((testing::source_dir() / "tests/golden/class_scores.safetensors").string());
  std::map<std::string, Case> all;
  for (const io::StoredTensor& stored : file.tensors()) {
    const std::size_t dot = stored.name.rfind('.');
    Case& one = all[stored.name.substr(0, dot)];
    const std::string part = stored.name.substr(dot + 1);
    const Tensor value = tensor_from_bytes(file.read(stored.name), stored.dtype, stored.shape);
    if (part == "prediction") {
      one.prediction = value;
    } else if (part == "target") {
      one.target = value;
    } else {
      one.scores[part] = value.to_vector<double>();
    }
  }
  return all;
}

TEST(ClassScores, AreThoseOfScikitLearn) {
  const auto all = cases();
  EXPECT_EQ(all.size(), 7u);
  for (const auto& [name, one] : all) {
    ASSERT_EQ(one.scores.size(), 3u) << name;
    for (const auto& [score, expected] : one.scores) {
      const HostMetric metric = host_named(score, one.classes());
      one.add(metric, 0, one.samples());
      const std::vector<double> got = values(metric);
      ASSERT_EQ(got.size(), expected.size()) << name;
      for (std::size_t k = 0; k < got.size(); ++k)
        EXPECT_NEAR(got[k], expected[k], 1e-12) << name << ", " << metric.figures()[k].name;
      // Classes that are not known are those that occur.
      const HostMetric unnamed = host_named(score);
      one.add(unnamed, 0, one.samples());
      EXPECT_EQ(values(unnamed), std::vector<double>(got.begin(), got.begin() + 2)) << name;
    }
  }
}

TEST(ClassScores, PartsInAnyOrderGiveTheWhole) {
  for (const auto& [name, one] : cases()) {
    const HostMetric whole = F1({.classes = one.classes()});
    one.add(whole, 0, one.samples());
    std::vector<HostMetric> parts;
    for (std::int64_t from = 0; from < one.samples(); from += 37) {
      parts.push_back(whole.fresh());
      one.add(parts.back(), from, std::min(from + 37, one.samples()));
    }
    const HostMetric forward = whole.fresh(), backward = whole.fresh();
    for (const HostMetric& part : parts) forward.merge(part);
    std::for_each(parts.rbegin(), parts.rend(), [&](const HostMetric& part) { backward.merge(part); });
    for (const HostMetric& merged : {forward, backward}) {
      EXPECT_EQ(merged.state(), whole.state()) << name;
      EXPECT_EQ(values(merged), values(whole)) << name;
    }
    whole.merge(whole);
    EXPECT_EQ(values(whole), values(forward)) << name;  // everything twice
  }
}

TEST(ClassScores, GoOnFromTheirState) {
  for (const auto& [name, one] : cases()) {
    const HostMetric whole = F1({.classes = one.classes()}), second = whole.fresh();
    const std::int64_t half = one.samples() / 2;
    one.add(whole, 0, half);
    second.restore(whole.state());
    one.add(whole, half, one.samples());
    one.add(second, half, one.samples());
    EXPECT_EQ(second.state(), whole.state()) << name;
    EXPECT_EQ(values(second), values(whole)) << name;
    second.restore(whole.fresh().state());
    EXPECT_EQ(values(second), values(whole.fresh())) << name;
  }
}

TEST(ClassScores, CopiesShareAndFreshOnesDoNot) {
  const F1 f1({.classes = {"no", "yes"}});
  const HostMetric copy = f1, fresh = f1.fresh();
  f1.update(predicted(1), truth(1));
  EXPECT_EQ(values(copy), (std::vector<double>{1, 1, 0, 1}));
  EXPECT_EQ(values(fresh), (std::vector<double>{0, 0, 0, 0}));
  EXPECT_EQ(figure_names(fresh), figure_names(f1));
  for (const Figure& figure : f1.figures()) EXPECT_EQ(figure.better, Better::higher);
}

TEST(ClassScores, FiguresAreNamedAfterTheClasses) {
  EXPECT_EQ(figure_names(F1({.classes = {"cat", "dog"}})),
            (std::vector<std::string>{"f1", "f1_weighted", "f1.cat", "f1.dog"}));
  EXPECT_EQ(figure_names(F1({.classes = {"cat", "dog"}, .by_class = false})),
            (std::vector<std::string>{"f1", "f1_weighted"}));
  EXPECT_EQ(figure_names(Recall()), (std::vector<std::string>{"recall", "recall_weighted"}));
  EXPECT_EQ(figure_names(F1({.classes = {"a,b", "a\"b", "a_b_0", "", "3", "größe", "x\xff", "weighted"}})),
            (std::vector<std::string>{"f1", "f1_weighted", "f1.a_b_0_0", "f1.a_b_1", "f1.a_b_0", "f1.3_3",
                                      "f1.3", "f1.größe", "f1.x\xEF\xBF\xBD", "f1.weighted"}));
  const std::vector<std::string> awkward = {"a b", "a_b", "a_b_0", "a-b", "a/b", "a_b_4", "", "", "6", "6"};
  const auto names = figure_names(F1({.classes = awkward}));
  EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), awkward.size() + 2);
}

TEST(ClassScores, LearnTheClassesOfTheData) {
  const F1 unnamed({.ignore_index = 5});
  const HostMetric named = unnamed.of_classes({"cat", "dog"});
  EXPECT_EQ(figure_names(named), (std::vector<std::string>{"f1", "f1_weighted", "f1.cat", "f1.dog"}));
  EXPECT_EQ(named.figures().size(), named.of_classes({"other"}).figures().size());
  named.update(predicted(1), truth(5));  // ignored, as the options say
  EXPECT_EQ(named.state(), named.fresh().state());
  EXPECT_EQ(figure_names(unnamed).size(), 2u);
}

TEST(ClassScores, AreChosenByNameWithOtherMetrics) {
  const Chosen both = chosen({"f1", "accuracy", "recall", "top3"});
  ASSERT_EQ(both.metrics.size(), 2u);
  ASSERT_EQ(both.host_metrics.size(), 2u);
  EXPECT_EQ(both.metrics[1].name(), "top3");
  EXPECT_EQ(both.host_metrics[1].name(), "recall");
  EXPECT_TRUE(chosen({}).metrics.empty());
  expect_error<ValueError>([] { chosen({"f1", "f2"}); }, {"'f2'", "accuracy", "f1", "recall", "top-k"});
  expect_error<ValueError>([] { chosen({"f1", "accuracy", "f1"}); }, {"f1 is named twice"});
  expect_error<ValueError>(
      [] {
        chosen({"accuracy", "accuracy-from-logits"});
      },
      {"accuracy-from-logits is named twice"});
}

TEST(ClassScores, PositionsThatAreIgnoredDoNotCount) {
  const F1 f1({.classes = {"a", "b"}, .ignore_index = -1});
  f1.update({{"label", array<std::int64_t>(i64, {3}, {1, 0, 1})}},
            {{"target", array<float>(f32, {3}, {1, -1, 1})}});
  EXPECT_EQ(values(f1), (std::vector<double>{1, 1, 0, 1}));
}

TEST(ClassScores, NoPredictionIsWrong) {
  const F1 f1({.classes = {"a", "b"}});
  f1.update(predicted(1), truth(1));
  f1.update(predicted(-1), truth(1));
  const double share = 2.0 / 3;  // one of two found, none wrongly
  EXPECT_EQ(values(f1), (std::vector<double>{share, share, 0, share}));
}

TEST(ClassScores, AreRegistered) {
  for (const std::string& name : host_names()) {
    EXPECT_FALSE(host_description(name).empty()) << name;
    const HostMetric metric = host_named(name, {"a", "b"});
    EXPECT_EQ(metric.name(), name);
    ASSERT_FALSE(metric.figures().empty()) << name;
    EXPECT_EQ(metric.figures()[0].name.substr(0, name.size()), name);
    const std::string state = metric.state();
    metric.restore(state);
    EXPECT_EQ(metric.state(), state) << name;
  }
  const auto make = [] { return HostMetric(F1()); };
  EXPECT_TRUE(add_host("test-host", "another host metric", make));
  EXPECT_FALSE(add_host("test-host", "again", make));
  EXPECT_FALSE(add_host("accuracy", "a name of another metric", make));
  EXPECT_EQ(host_named("test-host").name(), "f1");
  expect_error<ValueError>([] { host_named("bleu4"); }, {"bleu4", "f1", "precision", "recall"});
  EXPECT_EQ(host_named("f1", {"a", "b"}).figures().size(), 4u);
  EXPECT_EQ(host_named("f1", {"a", "b"}, {{"by_class", false}}).figures().size(), 2u);
  EXPECT_EQ(host_named("f1(by_class=false)", {"a", "b"}).figures().size(), 2u);
  expect_error<ValueError>([] { host_named("accuracy"); }, {"accuracy", "not measured on the host"});
  expect_error<ValueError>([] { named("f1"); }, {"f1", "measured on the host"});
  expect_error<options::OptionError>(
      [] {
        host_named("f1", {}, {{"ignore_index", 0.5}});
      },
      {"metric f1: ignore_index is 0.5; expected a whole number"});
  expect_error<ValueError>([] { check_measures("f1", F1().measures(), OutputKind::values, false); },
                           {"f1", "classes"});
}

TEST(BadInput, C23_WhatIsNoLabelIsNamedAndNothingIsCounted) {
  const F1 f1({.classes = {"a", "b", "c"}});
  f1.update(predicted(2), truth(2));
  const std::string before = f1.state();
  const auto refused = [&](const Record& prediction, const Record& truth,
                           std::initializer_list<std::string> parts) {
    expect_error<IndexError>([&] { f1.update(prediction, truth); }, parts);
    EXPECT_EQ(f1.state(), before);
  };
  refused(predicted(3), truth(0), {"f1", "3", "label", "0 to 2"});
  refused(predicted(0), truth(-1), {"f1", "-1", "target", "3 classes"});
  const Record three = {{"label", array<std::int64_t>(i64, {3}, {0, 1, 2})}};
  refused(three, {{"target", array<float>(f32, {3}, {0, 1, 0.5f})}}, {"0.5", "target", "position 2"});
  refused(three, {{"target", array<double>(f64, {3}, {0, std::numeric_limits<double>::quiet_NaN(), 1})}},
          {"nan", "position 1"});
  const Record ones = {{"target", array<std::uint8_t>(u8, {3}, {0, 1, 0})}};
  refused({{"labels", array<float>(f32, {3}, {0, 2, 0})}}, ones, {"2", "labels", "position 1", "0 or 1"});
  refused({{"labels", array<std::int64_t>(i64, {2}, {0, 3})}}, ones, {"3", "labels", "position 1", "0 to 2"});
  refused({{"labels", array<std::int64_t>(i64, {1}, {-1})}}, ones, {"-1", "labels", "0 to 2"});
  expect_error<IndexError>([] { F1().update(predicted(-4), truth(0)); }, {"-4", "whole number from 0"});
}

TEST(BadInput, C23_FieldsThatAreMissingOrDoNotFitAreNamed) {
  const F1 f1({.classes = {"a", "b", "c"}});
  const std::string before = f1.state();
  expect_error<ValueError>(
      [&] {
        f1.update({{"score", label(1)}}, truth(1));
      },
      {"f1", "prediction", "'label'", "score"});
  expect_error<ValueError>(
      [&] {
        f1.update(predicted(1), {{"input", label(1)}});
      },
      {"f1", "truth", "'target'", "input"});
  expect_error<ShapeError>(
      [&] {
        f1.update(predicted(1), {{"target", array<std::int64_t>(i64, {2}, {1, 1})}});
      },
      {"f1", "i64[]", "i64[2]"});
  const Record two = {{"labels", array<float>(f32, {2}, {1, 0})}};
  expect_error<ShapeError>(
      [&] {
        f1.update(two, {{"target", array<std::int64_t>(i64, {2}, {1, 1})}});
      },
      {"f1", "labels", "f32[2]", "3 classes"});
  EXPECT_EQ(f1.state(), before);
}

TEST(BadInput, C25_OneClassAndNothingAtAllAreDefined) {
  for (const char* name : {"f1", "precision", "recall"}) {
    const HostMetric metric = host_named(name, {"a", "b"});
    EXPECT_EQ(values(metric), (std::vector<double>{0, 0, 0, 0}));
    metric.update(predicted(0), truth(0));
    EXPECT_EQ(values(metric), (std::vector<double>{1, 1, 1, 0}));
  }
}

TEST(BadInput, C41_ADamagedStateIsRefusedAndNothingChanges) {
  const F1 f1({.classes = {"a", "b"}});
  f1.update(predicted(1), truth(0));
  const std::string before = f1.state();
  for (const std::string text :
       {"", "[", "{}", "3", "[[0,1,1]]", "[[0,1,1,1,1]]", "[[0,1,1,1.5]]", "[[0,2,1,1]]", "[[2,1,1,1]]",
        "[[-1,1,1,1]]", "[[0,0,0,0]]", "[[0,-1,1,1]]", "[[0,1,1,1],[0,1,1,1]]", "[[0,1,1,\"1\"]]",
        "[[0,1,18446744073709551615,1]]", "[[0,1,9223372036854775807,1]]", "[[0,1,1e400,1]]"}) {
    expect_error<FormatError>([&] { f1.restore(text); }, {"f1", "saved counts"});
    EXPECT_EQ(f1.state(), before) << text;
  }
  for (std::size_t cut = 0; cut + 1 < before.size(); ++cut)
    expect_error<FormatError>([&] { f1.restore(before.substr(0, cut)); }, {"f1"});
}

TEST(BadInput, C106_OtherMetricsAreNotMerged) {
  const F1 f1({.classes = {"a", "b"}});
  f1.update(predicted(1), truth(0));
  const std::string before = f1.state();
  for (const HostMetric& other : {HostMetric(Recall({.classes = {"a", "b"}})), HostMetric(F1()),
                                  HostMetric(F1({.classes = {"a", "b"}, .ignore_index = 0}))})
    expect_error<ValueError>([&] { f1.merge(other); }, {"f1", other.name(), "same options"});
  EXPECT_EQ(f1.state(), before);
}

}  // namespace
}  // namespace luge::metrics
