// luge plot, and the pictures that train, eval and data leave.
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
using testing::read_file;
using testing::says;
using testing::TempDir;

// 60 rows of two kinds with Chinese names.
std::string kinds() {
  std::string table = "width,height,kind\n";
  for (int i = 0; i < 60; ++i)
    table += fmt::format("{},{},{}\n", (i * 37 % 60) / 8.0, i % 7, (i * 37 % 60) < 30 ? "小猫" : "小狗");
  return table;
}

void train(const TempDir& dir, const std::string& folder, const std::string& more = "epochs=3") {
  dir.write("kinds.csv", kinds());
  const auto ran =
      luge({"train", "model=mlp", "hidden=8", "data=kinds.csv", "batch=16", "run.dir=" + folder, more},
           dir.path());
  ASSERT_EQ(ran.code, 0) << ran.err;
}

TEST(Plot, TrainingLeavesCurvesAndConfusion) {
  const TempDir dir;
  train(dir, "runs/one");
  for (const char* name : {"curves.png", "confusion.png"}) {
    const io::Image picture = io::read_image(dir.file(fmt::format("runs/one/{}", name)));
    EXPECT_GT(picture.width, 400) << name;
    EXPECT_EQ(picture.pixels[0], 255) << name << " has a white background";
  }
  const std::string before = read_file(dir.file("runs/one/curves.png"));
  const auto resumed = luge({"resume", "run=runs/one", "epochs=5"}, dir.path());
  ASSERT_EQ(resumed.code, 0) << resumed.err;
  EXPECT_NE(read_file(dir.file("runs/one/curves.png")), before) << "two epochs more";
}

TEST(Plot, ValuesHaveNoConfusion) {
  const TempDir dir;
  std::string table = "a,b,y\n";
  for (int i = 0; i < 60; ++i)
    table += fmt::format("{},{},{}\n", 0.1 * (i % 23), 0.2 * (i % 7), 1.5 + 0.3 * i);
  dir.write("t.csv", table);
  const auto ran =
      luge({"train", "model=mlp", "hidden=8", "data=t.csv", "epochs=2", "run.dir=run"}, dir.path());
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_TRUE(fs::exists(dir.file("run/curves.png")));
  EXPECT_FALSE(fs::exists(dir.file("run/confusion.png")));
  EXPECT_FALSE(says(ran.err, "warning")) << ran.err;
  const auto eval = luge({"eval", "run=run", "to=confusion.png"}, dir.path());
  EXPECT_EQ(eval.code, 2);
  EXPECT_TRUE(says(eval.err, "to=confusion.png") && says(eval.err, "no confusion matrix")) << eval.err;
}

TEST(Plot, APictureThatCannotBeWrittenIsToldOnceAndTrainingGoesOn) {
  const TempDir dir;
  fs::create_directories(dir.file("run/curves.png"));
  dir.write("kinds.csv", kinds());
  const auto ran = luge(
      {"train", "model=mlp", "hidden=8", "data=kinds.csv", "epochs=2", "run.dir=run", "run.exist_ok=true"},
      dir.path());
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_TRUE(says(ran.err, "warning: curves.png was not drawn")) << ran.err;
  EXPECT_EQ(ran.err.find("was not drawn"), ran.err.rfind("was not drawn")) << ran.err;
  EXPECT_TRUE(fs::exists(dir.file("run/checkpoints/best.safetensors")));
}

TEST(Plot, ARunIsDrawnAgain) {
  const TempDir dir;
  train(dir, "runs/one");
  const std::string drawn = read_file(dir.file("runs/one/curves.png"));
  fs::remove(dir.file("runs/one/curves.png"));
  const auto ran = luge({"plot", "run=last"}, dir.path());
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_TRUE(ran.out.starts_with("runs/one/curves.png: loss, ")) << ran.out;
  EXPECT_EQ(read_file(dir.file("runs/one/curves.png")), drawn) << "the same as after the training";
}

TEST(Plot, SeveralRunsAreOverlaid) {
  const TempDir dir;
  train(dir, "runs/one");
  train(dir, "runs/two", "epochs=6");
  const auto ran =
      luge({"plot", "run=one,two", "metric=val_loss,loss", "to=both.svg", "log=true", "--json"}, dir.path());
  ASSERT_EQ(ran.code, 0) << ran.err;
  const json told = json::parse(ran.out);
  EXPECT_EQ(told.at("file"), "both.svg");
  EXPECT_EQ(told.at("runs"), json({"runs/one", "runs/two"}));
  EXPECT_EQ(told.at("metrics"), json({"val_loss", "loss"}));
  const std::string svg = read_file(dir.file("both.svg"));
  for (const char* text : {"one", "two", "val_loss", "epoch"}) EXPECT_TRUE(says(svg, text)) << text;
}

TEST(Plot, WhatIsWrongIsSaid) {
  const TempDir dir;
  train(dir, "runs/one");
  const auto refused = [&](std::vector<std::string> words, int code, const std::vector<std::string>& parts) {
    words.insert(words.begin(), "plot");
    const auto ran = luge(words, dir.path());
    EXPECT_EQ(ran.code, code) << ran.err;
    for (const std::string& part : parts)
      EXPECT_TRUE(says(ran.err, part)) << part << " is missing in: " << ran.err;
  };
  refused({}, 2, {"run"});
  refused({"run=on"}, 1, {"on: there is no such run", "one"});
  refused({"run=one", "metric=val_los"}, 2,
          {"metric=val_los", "one has not measured 'val_los'", "did you mean", "it has measured loss",
           "learning_rate"});
  refused({"run=one", "to=curves.pdf"}, 2, {"to=curves.pdf", ".png or .svg"});
  refused({"run=one", "to=none/curves.png"}, 1, {"none/curves.png"});
  refused({"run=one,runs/one", "to=a.png"}, 2, {"each run once"});
  train(dir, "runs/two", "epochs=1");
  refused({"run=one,two"}, 2, {"several runs", "to=FILE.png"});
  for (const char* file : {"metrics.jsonl", "metrics.csv"})
    fs::remove(dir.file(fmt::format("runs/two/{}", file)));
  refused({"run=two"}, 1, {"runs/two", "no epoch has been measured"});
}

TEST(Plot, EvalDrawsTheConfusionMatrix) {
  const TempDir dir;
  train(dir, "runs/one");
  const auto ran = luge({"eval", "run=last", "to=confusion.svg"}, dir.path());
  ASSERT_EQ(ran.code, 0) << ran.err;
  const std::string svg = read_file(dir.file("confusion.svg"));
  for (const char* text : {"小猫", "小狗", "kinds", "valid", "accuracy"})
    EXPECT_TRUE(says(svg, text)) << text;
}

TEST(Plot, DoctorSaysWhatDraws) {
  const TempDir dir;
  const json told = json::parse(luge({"doctor", "--json"}, dir.path()).out).at("drawing");
  EXPECT_TRUE(told.at("found")) << told;
  EXPECT_TRUE(says(told.at("detail"), "Cairo 1.")) << told;
}

TEST(Plot, SamplesAndWrongGuessesAreOnePicture) {
  const TempDir dir;
  const auto data = luge({"data", "fashion-mnist", "to=samples.svg", "count=6"}, dir.path());
  ASSERT_EQ(data.code, 0) << data.err;
  EXPECT_TRUE(says(data.out, "6 pictures of the test part are in samples.svg")) << data.out;
  EXPECT_TRUE(says(read_file(dir.file("samples.svg")), "Ankle boot"));
  const auto ran = luge(
      {"train", "model=softmax-regression", "epochs=1", "limit_train_batches=20", "run.dir=run"}, dir.path());
  ASSERT_EQ(ran.code, 0) << ran.err;
  const auto drawn = luge({"eval", "run=run", "wrong=wrong.svg"}, dir.path());
  ASSERT_EQ(drawn.code, 0) << drawn.err;
  EXPECT_TRUE(says(drawn.err, "100 misclassified pictures are in wrong.svg")) << drawn.err;
  EXPECT_TRUE(says(read_file(dir.file("wrong.svg")), "→ "));
}

}  // namespace
}  // namespace luge
