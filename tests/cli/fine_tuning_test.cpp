// Fine-tuning from the shell: freezing, weights of other networks, learning curves.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "luge/io/weights.h"
#include "support/command.h"
#include "support/temp_dir.h"

namespace luge {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::luge;
using testing::read_file;
using testing::says;
using testing::TempDir;

constexpr const char* kNetwork = R"([network]
name = "small"
input = [{}, 8, 8]

[[layer]]
type = "conv2d"
filters = 4
kernel = 3

[[layer]]
type = "batch-norm"

[[layer]]
type = "relu"

[[layer]]
type = "adaptive-avg-pool2d"
output = 1

[[layer]]
type = "flatten"

[[layer]]
type = "linear"
outputs = "auto"
)";

std::vector<std::string> words(std::vector<std::string> more) {
  std::vector<std::string> all = {"train",       "model=net.toml",   "data=shapes",
                                  "data.size=8", "data.samples=160", "batch=16"};
  all.insert(all.end(), more.begin(), more.end());
  const auto has = [](const std::string& word) { return word.starts_with("epochs="); };
  if (std::ranges::none_of(all, has)) all.emplace_back("epochs=1");
  return all;
}

TEST(FineTuning, FrozenPartsStayAsTheyWereTaken) {
  const TempDir dir;
  dir.write("net.toml", fmt::format(fmt::runtime(kNetwork), 3));
  ASSERT_EQ(luge(words({"run.dir=first"}), dir.path()).code, 0);
  const auto ran = luge(
      words({"init=first", "freeze=conv1.*,batchnorm1.*", "init.head=new", "epochs=2", "run.dir=second"}),
      dir.path());
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_TRUE(says(ran.err, "freeze: 40 of 160 parameters are trained, 120 are frozen")) << ran.err;
  EXPECT_TRUE(says(ran.err, "init: the last layer gets new weights: linear1.weight, linear1.bias"))
      << ran.err;
  const auto compared = luge({"compare", "run=first,second", "--json"}, dir.path());
  EXPECT_EQ(json::parse(compared.out).at("runs").at(1).at("parameters").at("trainable"), 40) << compared.out;
  EXPECT_EQ(luge({"resume", "run=second", "epochs=3"}, dir.path()).code, 0);
  const auto none = luge(words({"freeze=cnv*"}), dir.path());
  EXPECT_EQ(none.code, 2);
  EXPECT_TRUE(says(none.err, "freeze=cnv*") && says(none.err, "conv1.*")) << none.err;
  const auto all = luge(words({"freeze=*"}), dir.path());
  EXPECT_EQ(all.code, 2);
  EXPECT_TRUE(says(all.err, "nothing to train")) << all.err;
}

// The bytes of the tensors of a model file whose names match.
std::map<std::string, std::vector<float>> weights_in(const std::string& file,
                                                     const std::vector<std::string>& starts, bool averages) {
  std::map<std::string, std::vector<float>> found;
  for (const auto& [name, value] : io::read_weights(file, {.averages = averages})) {
    const auto begins = [&](const std::string& start) { return name.starts_with(start); };
    if (std::ranges::any_of(starts, begins)) found[name] = value.to_vector<float>();
  }
  return found;
}

bool same_bytes(const std::map<std::string, std::vector<float>>& a,
                const std::map<std::string, std::vector<float>>& b) {
  return std::ranges::equal(a, b, [](const auto& x, const auto& y) {
    return x.first == y.first && x.second.size() == y.second.size() &&
           std::memcmp(x.second.data(), y.second.data(), x.second.size() * sizeof(float)) == 0;
  });
}

// Weight decay, averages, a clipped gradient and a resumption change nothing of what is frozen.
TEST(FineTuning, FrozenWeightsAndStatisticsAreByteEqualInTheFile) {
  const TempDir dir;
  dir.write("net.toml", fmt::format(fmt::runtime(kNetwork), 3));
  ASSERT_EQ(luge(words({"run.dir=first"}), dir.path()).code, 0);
  const auto best = [&](const std::string& run) { return dir.file(run + "/checkpoints/best.safetensors"); };
  const std::vector<std::string> trunk = {"conv1.", "batchnorm1."};
  const auto before = weights_in(best("first"), trunk, false);
  ASSERT_EQ(before.size(), 6u) << "four parameters and two statistics";
  const std::vector<std::vector<std::string>> ways = {
      {},
      {"optimizer=adamw", "optimizer.weight_decay=0.5", "clip_norm=0.1"},
      {"averaging=ema", "averaging.decay=0.5", "norm_batches=3"},
      {"averaging=swa", "averaging.start=2"}};
  for (std::size_t k = 0; k < ways.size(); ++k) {
    const std::string run = fmt::format("tuned-{}", k);
    std::vector<std::string> more = {"init=first", "freeze=conv1.*,batchnorm1.*", "init.head=new", "epochs=2",
                                     "run.dir=" + run};
    more.insert(more.end(), ways[k].begin(), ways[k].end());
    const auto ran = luge(words(more), dir.path());
    ASSERT_EQ(ran.code, 0) << ran.err;
    ASSERT_EQ(luge({"resume", "run=" + run, "epochs=3"}, dir.path()).code, 0);
    for (const bool averages : {false, true}) {
      EXPECT_TRUE(same_bytes(weights_in(best(run), trunk, averages), before)) << run << averages;
      EXPECT_FALSE(same_bytes(weights_in(best(run), {"linear1."}, averages),
                              weights_in(best("first"), {"linear1."}, averages)))
          << "the head is trained";
    }
  }
  ASSERT_EQ(luge(words({"init=first", "freeze=conv1.*", "run.dir=some"}), dir.path()).code, 0);
  EXPECT_FALSE(same_bytes(weights_in(best("some"), {"batchnorm1."}, false),
                          weights_in(best("first"), {"batchnorm1."}, false)))
      << "this test can see a change";
}

TEST(FineTuning, OtherNamesAreTakenWhenItIsSaid) {
  const TempDir dir;
  dir.write("net.toml", fmt::format(fmt::runtime(kNetwork), 3));
  ASSERT_EQ(luge(words({"run.dir=color"}), dir.path()).code, 0);
  const auto refused = luge(words({"init=color", "init.rename=conv1.*:other.*", "run.dir=x"}), dir.path());
  EXPECT_EQ(refused.code, 1);
  EXPECT_TRUE(says(refused.err, "missing: conv1.weight") &&
              says(refused.err, "extra: conv1.bias, conv1.weight"))
      << refused.err;
  EXPECT_FALSE(fs::exists(dir.path() / "x"));
  const auto some = luge(
      words({"init=color", "init.rename=conv1.*:other.*", "init.strict=false", "run.dir=some"}), dir.path());
  ASSERT_EQ(some.code, 0) << some.err;
  EXPECT_TRUE(says(some.err, "init: missing: conv1.weight")) << some.err;
  for (const char* wrong : {"init.rename=conv1", "init.rename=a*b*:c*", "init.head=other"})
    EXPECT_EQ(luge(words({"init=color", wrong}), dir.path()).code, 2) << wrong;
  const auto alone = luge(words({"init.strict=false"}), dir.path());
  EXPECT_EQ(alone.code, 2);
  EXPECT_TRUE(says(alone.err, "init= with it")) << alone.err;
}

TEST(LearningCurve, SharesAndSeedsAreTrainedMeasuredAndDrawn) {
  const TempDir dir;
  dir.write("net.toml", fmt::format(fmt::runtime(kNetwork), 3));
  ASSERT_EQ(luge(words({"run.dir=first"}), dir.path()).code, 0);
  const auto ran =
      luge(words({"shares=0.2,1", "seeds=2", "init=first", "curve.scratch=true", "run.dir=curve", "--json"}),
           dir.path());
  ASSERT_EQ(ran.code, 0) << ran.err;
  const json told = json::parse(ran.out);
  EXPECT_EQ(told.at("trainings").size(), 8u);
  ASSERT_EQ(told.at("curve").size(), 4u);
  EXPECT_EQ(told.at("curve").at(0).at("samples"), 29) << "a fifth of 144";
  EXPECT_EQ(told.at("curve").at(0).at("trainings"), 2);
  EXPECT_EQ(told.at("curve").at(3).at("begins"), "scratch");
  EXPECT_TRUE(told.at("curve").at(1).at("mean").contains("held_out_accuracy"));
  // Epochs have as many steps as with all samples.
  EXPECT_EQ(told.at("trainings").at(0).at("steps"), 10);
  EXPECT_EQ(told.at("trainings").at(2).at("steps"), 9);
  EXPECT_TRUE(fs::exists(dir.path() / "curve/learning_curve.png"));
  EXPECT_TRUE(says(read_file(dir.file("curve/learning_curve.csv")), "scratch,0.2,29,2,"));
  EXPECT_EQ(luge({"resume", "run=curve"}, dir.path()).code, 0);
  const auto listed = luge({"runs", "dir=.", "--json"}, dir.path());
  EXPECT_TRUE(says(listed.out, "scratch-0.2-seed-1")) << listed.out;
}

TEST(LearningCurve, WhatDoesNotGoTogetherIsRefused) {
  const TempDir dir;
  dir.write("net.toml", fmt::format(fmt::runtime(kNetwork), 3));
  const std::vector<std::vector<std::string>> wrong = {{"shares=0,1"},
                                                       {"shares=2"},
                                                       {"shares=0.1,0.1"},
                                                       {"seeds=3"},
                                                       {"shares=0.1", "seeds=0"},
                                                       {"shares=0.1", "curve.scratch=true"},
                                                       {"shares=0.1", "folds=3"},
                                                       {"shares=0.1", "curve.point=2"}};
  for (const auto& each : wrong) {
    const auto ran = luge(words(each), dir.path());
    EXPECT_EQ(ran.code, 2) << each.back() << ran.err;
    EXPECT_FALSE(fs::exists(dir.path() / "runs")) << each.back();
  }
}

}  // namespace
}  // namespace luge
