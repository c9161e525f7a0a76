// What finds mistakes before a long training: fast_dev_run, overfit_batches, limits, profiles, dead units.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

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

std::vector<std::string> words(std::vector<std::string> more) {
  std::vector<std::string> all = {"train",       "model=mlp",        "hidden=16", "data=shapes",
                                  "data.size=8", "data.samples=400", "batch=16"};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

TEST(Aids, AFastDevRunGoesThroughEverythingAndKeepsNothing) {
  const TempDir dir;
  const auto ran = luge(words({"fast_dev_run=2", "--json"}), dir.path());
  ASSERT_EQ(ran.code, 0) << ran.err;
  const json told = json::parse(ran.out);
  EXPECT_EQ(told.at("fast_dev_run"), 2);
  EXPECT_EQ(told.at("steps"), 2);
  EXPECT_TRUE(told.at("metrics").contains("val_accuracy"));
  EXPECT_TRUE(fs::is_empty(dir.path()));
  const auto folds = luge(words({"fast_dev_run=true", "folds=3"}), dir.path());
  ASSERT_EQ(folds.code, 0) << folds.err;
  EXPECT_TRUE(says(folds.out, "fast_dev_run: 1 steps") && says(folds.out, "nothing was kept")) << folds.out;
  EXPECT_TRUE(fs::is_empty(dir.path()));
  EXPECT_EQ(luge(words({"fast_dev_run=maybe"}), dir.path()).code, 2);
  EXPECT_EQ(luge(words({"fast_dev_run=-1"}), dir.path()).code, 2);
}

TEST(Aids, AFewBatchesAreLearnedByHeart) {
  const TempDir dir;
  const auto ran =
      luge(words({"overfit_batches=1", "epochs=120", "lr=0.01", "run.dir=run", "--json"}), dir.path());
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_TRUE(says(ran.err, "overfit_batches: the loss on this batch went from")) << ran.err;
  EXPECT_TRUE(says(ran.err, "learns them by heart")) << ran.err;
  const json told = json::parse(ran.out);
  EXPECT_EQ(told.at("steps"), 120) << "one batch an epoch";
  EXPECT_EQ(told.at("metrics").at("val_accuracy"), 1.0);
  EXPECT_TRUE(says(ran.err, "16 training samples, 16 validation samples")) << ran.err;
  const auto few = luge(words({"overfit_batches=1", "epochs=1"}), dir.path());
  EXPECT_TRUE(says(few.err, "not to 0")) << few.err;
  const auto folds = luge(words({"overfit_batches=1", "folds=2"}), dir.path());
  EXPECT_EQ(folds.code, 2);
  EXPECT_TRUE(says(folds.err, "overfit_batches=1") && says(folds.err, "folds=2")) << folds.err;
  EXPECT_EQ(luge(words({"overfit_batches=1", "augment=shift"}), dir.path()).code, 2);
}

TEST(Aids, LimitsMeasureAPart) {
  const TempDir dir;
  std::vector<std::string> many = {"train",
                                   "model=softmax-regression",
                                   "data=shapes",
                                   "data.size=8",
                                   "data.samples=1600",
                                   "validation_split=0.5",
                                   "epochs=1",
                                   "run.dir=run",
                                   "limit_val_batches=1"};
  const auto ran = luge(many, dir.path());
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_TRUE(says(ran.err, "256 validation samples")) << ran.err;
  const auto eval = luge({"eval", "run=run", "limit_test_batches=1", "--json"}, dir.path());
  ASSERT_EQ(eval.code, 0) << eval.err;
  EXPECT_EQ(json::parse(eval.out).at("samples"), 256);
  EXPECT_TRUE(says(eval.err, "256 of 320 samples")) << eval.err;
  EXPECT_EQ(luge({"eval", "run=run", "limit_test_batches=-1"}, dir.path()).code, 2);
}

TEST(Aids, OfATextTakeWindows) {
  const TempDir dir;
  std::string text;
  for (int k = 0; k < 200000; ++k) text += "the quick brown fox "[k * 7 % 20];
  dir.write("text.txt", text);
  const auto run = [&](std::vector<std::string> more) {
    std::vector<std::string> all = {"train",   "model=gpt-4x128", "layers=1",      "width=8",
                                    "heads=2", "model.length=8",  "data=text.txt", "batch=4"};
    all.insert(all.end(), more.begin(), more.end());
    const auto ran = luge(all, dir.path());
    EXPECT_EQ(ran.code, 0) << ran.err;
    return ran;
  };
  EXPECT_TRUE(says(run({"fast_dev_run=2"}).out, "2 steps of training on 8 samples"));
  EXPECT_TRUE(says(run({"overfit_batches=3", "epochs=2", "run.dir=over"}).out, "for 6 steps"));
  EXPECT_TRUE(says(run({"limit=40", "epochs=1", "run.dir=limit"}).out, "for 10 steps"));
  EXPECT_TRUE(says(luge({"eval", "run=over", "limit_test_batches=1"}, dir.path()).out, "256 samples"));
}

TEST(Aids, AProfileHasTheTimesOfLayers) {
  const TempDir dir;
  const auto ran = luge(words({"profile=true", "epochs=1", "run.dir=run"}), dir.path());
  ASSERT_EQ(ran.code, 0) << ran.err;
  for (const char* part :
       {"forward", "backward", "update", "linear1", "linear2", "loss", "optimizer", "sum", "profile.json"})
    EXPECT_TRUE(says(ran.err, part)) << part << "\n" << ran.err;
  const json trace = json::parse(read_file(dir.file("run/profile.json")));
  std::int64_t kernels = 0;
  double end = 0;
  for (const json& event : trace.at("traceEvents")) {
    if (event.at("ph") != "X" || event.at("tid") != 1) continue;
    ++kernels;
    EXPECT_GE(event.at("ts").get<double>(), end - 1e-6) << "one after the other";
    end = event.at("ts").get<double>() + event.at("dur").get<double>();
    EXPECT_TRUE(event.at("args").contains("layer"));
  }
  EXPECT_GT(kernels, 5);
  const auto again = luge(words({"epochs=1", "run.dir=plain"}), dir.path());
  ASSERT_EQ(again.code, 0);
  const auto figures = [&](const std::string& run) {
    json row = json::parse(read_file(dir.file(run + "/metrics.jsonl")));
    row.erase("seconds");
    return row;
  };
  EXPECT_EQ(figures("run"), figures("plain")) << "a profile changes nothing";
  const auto explained =
      luge({"explain", "model=lenet5", "batch=2", "profile=2", "trace=step.json", "--json"}, dir.path());
  ASSERT_EQ(explained.code, 0) << explained.err;
  bool conv = false;
  const json rows1 = json::parse(explained.out).at("layers");
  for (const json& row : rows1) conv |= row.at("layer") == "conv1";
  EXPECT_TRUE(conv) << explained.out.substr(0, 2000);
  EXPECT_TRUE(json::parse(read_file(dir.file("step.json"))).contains("traceEvents"));
  EXPECT_EQ(luge({"explain", "model=lenet5", "trace=step.json"}, dir.path()).code, 2);
}

TEST(Aids, DeadUnitsAreCountedAndToldAfterATraining) {
  const TempDir dir;
  // Steps so large that the ReLUs end below 0.
  const auto ran =
      luge(words({"optimizer=sgd", "lr=20", "epochs=1", "run.dir=dead", "clip_norm=1"}), dir.path());
  ASSERT_EQ(ran.code, 0) << ran.err;
  const auto sound = luge(words({"epochs=1", "run.dir=sound"}), dir.path());
  ASSERT_EQ(sound.code, 0) << sound.err;
  EXPECT_FALSE(says(sound.err, "react to none")) << sound.err;
  const auto units = luge({"units", "run=dead", "checkpoint=last", "to=units.png", "--json"}, dir.path());
  ASSERT_EQ(units.code, 0) << units.err;
  const json row = json::parse(units.out).at("activations").at(0);
  EXPECT_EQ(row.at("type"), "Relu");
  EXPECT_EQ(row.at("units"), 16);
  EXPECT_EQ(row.at("dead").get<int>() > 8, says(ran.err, "react to none of")) << ran.err << units.out;
  EXPECT_GT(row.at("zeros").get<double>(), 0.0);
  EXPECT_TRUE(fs::exists(dir.path() / "units.png"));
  EXPECT_EQ(luge({"units"}, dir.path()).code, 2);
  EXPECT_EQ(luge({"units", "run=nowhere"}, dir.path()).code, 1);
  EXPECT_EQ(luge({"units", "run=dead", "to=units.txt"}, dir.path()).code, 2);
}

}  // namespace
}  // namespace luge
