// What a program registers is taken by the shell: a loss and a metric of a test train ten classes, and no
// file but this one knows them.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "luge/data/sources.h"
#include "luge/experiment/data_sets.h"
#include "luge/loss/loss.h"
#include "luge/metrics/metric.h"
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/nn.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "support/command.h"
#include "support/in_process.h"
#include "support/temp_dir.h"

namespace luge {
namespace {

using nlohmann::json;
using testing::says;
using testing::TempDir;

// Lin et al. 2017: what is known already counts less.
loss::Loss focal() {
  const auto cost = [](const Tensor& logits, const Tensor& labels) {
    const Tensor entropy = softmax_cross_entropy(logits, labels);
    return loss::Cost{square(1 - exp(-entropy)) * entropy, {}};
  };
  return {"test_focal",
          loss::Reduction::mean,
          cost,
          {.outputs = OutputKind::logits, .targets = loss::Targets::Kind::labels}};
}

// The share of samples with a class that is more likely than all others together.
metrics::Metric sure() {
  return metrics::Metric(
      {.name = "sure",
       .sums = {{{}, f64}, {{}, f64}},
       .update =
           [](const Tensors& sums, const Tensor& logits, const Tensor& labels) {
             const Tensor best = max(softmax(logits), -1);
             return Tensors{sums[0] + sum(cast(greater(best, 0.5), f64)), sums[1] + count(labels, {}, f64)};
           },
       .result = [](const Tensors& sums) { return sums[0] / maximum(sums[1], 1); },
       .better = metrics::Better::higher});
}

// 200 points in ten heaps.
experiment::DataSet heaps() {
  std::vector<float> points;
  std::vector<std::int64_t> labels;
  for (int i = 0; i < 200; ++i) {
    points.push_back(static_cast<float>(i % 10 % 4) + 0.02f * static_cast<float>(i % 7));
    points.push_back(static_cast<float>(i % 10 / 4) + 0.02f * static_cast<float>(i % 11));
    labels.push_back(i % 10);
  }
  return {"heaps", data::tensors(tensor(points, {200, 2}), tensor(labels, {200}))};
}

const bool added = loss::add("test-focal", "the focal loss of a test", focal) &&
                   metrics::add("sure", "the share of sure answers", sure) &&
                   experiment::add_data_set("heaps", "points in ten heaps", heaps);

json shell(const std::vector<std::string>& words) {
  const testing::CommandResult ran = testing::in_process(words);
  EXPECT_EQ(ran.code, 0) << words[0] << ": " << ran.err;
  return json::parse(ran.out, nullptr, false);
}

TEST(Registered, LossMetricAndDataTrainTenClassesFromTheShell) {
  ASSERT_TRUE(added);
  const TempDir dir;
  const std::string run = "run=" + dir.file("run");
  const json trained =
      shell({"train", "model=mlp", "hidden=32", "data=heaps", "loss=test-focal", "metrics=accuracy,sure",
             "epochs=60", "lr=0.02", "batch=20", "run.dir=" + dir.file("run"), "--json"});
  EXPECT_GT(trained.at("metrics").at("val_accuracy"), 0.9) << trained;
  EXPECT_GT(trained.at("metrics").at("sure"), 0.5) << trained;

  const json measured = shell({"eval", run, "split=all", "--json"});
  EXPECT_GT(measured.at("metrics").at("accuracy"), 0.9);
  EXPECT_EQ(measured.at("per_class").size(), 10u);

  dir.write("points.csv", "a,b\n1,2\n3,1\n");
  const json told = shell({"predict", run, "input=" + dir.file("points.csv"), "--json"});
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(told[0].at("top")[0].at("index"), 9) << told;
  EXPECT_EQ(told[1].at("top")[0].at("index"), 7) << told;
  const json resumed = shell({"resume", run, "epochs=61", "--json"});
  EXPECT_EQ(resumed.at("epochs"), 61);
}

// A process without the loss.
TEST(Registered, ElsewhereTheOutputsAreShownAsTheyAre) {
  const TempDir dir;
  shell({"train", "model=mlp", "hidden=8", "data=heaps", "loss=test-focal", "epochs=1",
         "run.dir=" + dir.file("run"), "--json"});
  dir.write("points.csv", "a,b\n1,2\n");
  const auto told = testing::luge({"predict", "run=run", "input=points.csv", "--json"}, dir.path());
  EXPECT_EQ(told.code, 0) << told.err;
  EXPECT_TRUE(says(told.err, "test-focal") && says(told.err, "as they are")) << told.err;
  EXPECT_EQ(json::parse(told.out)[0].at("output").size(), 10u) << told.out;
  const auto refused = testing::luge({"train", "model=mlp", "data=heaps"}, dir.path());
  EXPECT_EQ(refused.code, 2);
}

}  // namespace
}  // namespace luge
