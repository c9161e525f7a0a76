// features= of train: fitted on the training part, in the file of the network, read again by eval and
// predict.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "luge/io/image.h"
#include "support/command.h"
#include "support/temp_dir.h"

namespace luge {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::luge;
using testing::says;
using testing::TempDir;

json said(std::vector<std::string> words, const TempDir& dir) {
  words.push_back("--json");
  const auto ran = luge(words, dir.path());
  EXPECT_EQ(ran.code, 0) << ran.err;
  return ran.code == 0 ? json::parse(ran.out) : json();
}

TEST(TrainedFeatures, ArePartOfTheNetworkFile) {
  const TempDir dir;
  std::string table = "height,y\n";
  for (int i = 0; i < 60; ++i) {
    const double x = i / 30.0 - 1;
    table += fmt::format("{},{}\n", x, 2 - 3 * x * x);
  }
  dir.write("parabola.csv", table);
  const json trained = said({"train", "model=linear-regression", "data=parabola.csv", "features=polynomial",
                             "degree=2", "optimizer=lbfgs", "batch=100", "run.dir=run",
                             "regularizers=half-l2", "regularizer.half-l2.lambda=1e-7"},
                            dir);
  EXPECT_LT(trained["metrics"]["val_loss"], 1e-6);
  EXPECT_EQ(trained["weights"]["count"], 2);
  EXPECT_LT(said({"eval", "run=run"}, dir)["metrics"]["loss"], 1e-6);
  EXPECT_LT(
      said({"eval", "model=run/checkpoints/best.safetensors", "data=parabola.csv"}, dir)["metrics"]["loss"],
      1e-6)
      << "the file alone";
  dir.write("new.csv", "height\n0.5\n-1.5\n");
  const auto predicted = luge({"predict", "run=run", "input=new.csv"}, dir.path());
  EXPECT_EQ(predicted.code, 0) << predicted.err;
  EXPECT_TRUE(says(predicted.out, "1.25")) << predicted.out;
  EXPECT_TRUE(says(predicted.out, "-4.7")) << predicted.out;
  EXPECT_GT(io::read_image(dir.file("run/fit.png")).width, 400);
  EXPECT_TRUE(says(luge({"summary", "run=run"}, dir.path()).out, "height height")) << "the equation";
  const auto resumed = luge({"resume", "run=run", "epochs=200"}, dir.path());
  EXPECT_EQ(resumed.code, 0) << resumed.err;
}

TEST(TrainedFeatures, ReadCategoriesAsColumns) {
  const TempDir dir;
  std::string table = "kind,size,y\n";
  const double offsets[] = {5, -2, 9};
  for (int i = 0; i < 90; ++i)
    table += fmt::format("{},{},{}\n", i % 3 * 7, 0.1 * (i % 11), offsets[i % 3] + 0.3 * (i % 11));
  dir.write("kinds.csv", table);
  const json trained = said({"train", "model=linear-regression", "data=kinds.csv", "features=one-hot",
                             "features.one-hot.columns=0", "optimizer=lbfgs", "batch=100", "run.dir=run"},
                            dir);
  EXPECT_LT(trained["metrics"]["val_loss"], 1e-6);
  EXPECT_FALSE(fs::exists(dir.file("run/fit.png"))) << "two columns";
  dir.write("new.csv", "size,kind\n1,14\n");
  EXPECT_TRUE(says(luge({"predict", "run=run", "input=new.csv"}, dir.path()).out, "12")) << "9 + 3";
  dir.write("unknown.csv", "kind,size\n8,1\n");
  const auto unknown = luge({"predict", "run=run", "input=unknown.csv"}, dir.path());
  EXPECT_EQ(unknown.code, 1);
  EXPECT_TRUE(says(unknown.err, "8")) << unknown.err;
}

TEST(TrainedFeatures, WhatIsWrongIsSaid) {
  struct Case {
    std::vector<std::string> words;
    int code;
    std::string says;
  };
  const std::vector<Case> cases = {
      {{"data=curve", "features=polynom"}, 2, "polynomial"},
      {{"data=curve", "features=polynomial", "degree=0"}, 2, "degree=0: expected a whole number from 1"},
      {{"data=curve", "degree=3"}, 2, "polynomial"},
      {{"data=curve", "data.samples=0"}, 2, "samples"},
      {{"data=curve", "data.noise=-1"}, 2, "noise"},
      {{"data=xor", "data.noise=1"}, 2, "noise"},
  };
  const TempDir dir;
  for (const Case& each : cases) {
    std::vector<std::string> words = each.words;
    words.insert(words.begin(), {"train", "model=linear-regression"});
    const auto ran = luge(words, dir.path());
    EXPECT_EQ(ran.code, each.code) << words.back() << ": " << ran.err;
    EXPECT_TRUE(says(ran.err, each.says)) << each.says << ": " << ran.err;
    EXPECT_FALSE(fs::exists(dir.file("runs"))) << words.back();
  }
}

}  // namespace
}  // namespace luge
