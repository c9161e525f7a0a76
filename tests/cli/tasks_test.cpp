// Tasks by name from the shell: a text file is learned, what a task needs is asked for, and files say what
// their network has learned.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "support/command.h"
#include "support/temp_dir.h"

namespace luge {
namespace {

using nlohmann::json;
using testing::luge;
using testing::read_file;
using testing::says;
using testing::TempDir;

std::string verses() {
  std::string text;
  for (int i = 0; i < 400; ++i) text += "the rain in spain falls mainly on the plain. ";
  return text;
}

TEST(Tasks, ALanguageModelIsTrainedFromATextFile) {
  const TempDir dir;
  dir.write("rain.txt", verses());
  const auto ran =
      luge({"train", "model=gpt-4x128", "data=rain.txt", "epochs=2", "run.dir=run", "--json"}, dir.path());
  ASSERT_EQ(ran.code, 0) << ran.err;
  const std::string config = read_file(dir.file("run/config.toml"));
  EXPECT_TRUE(says(config, "next-token") && says(config, "length = 64")) << config;

  const auto eval = luge({"eval", "run=run", "--json"}, dir.path());
  ASSERT_EQ(eval.code, 0) << eval.err;
  const json measured = json::parse(eval.out);
  EXPECT_EQ(measured.at("split"), "valid");
  EXPECT_LT(measured.at("metrics").at("loss"), 3) << measured;
  EXPECT_TRUE(says(luge({"eval", "run=run"}, dir.path()).out, "accuracy")) << "as text, too";

  dir.write("prompt.txt", "the rain in spain falls mainly on the plai");
  const auto told = luge({"predict", "run=run", "input=prompt.txt", "--json"}, dir.path());
  ASSERT_EQ(told.code, 0) << told.err;
  const json continuation = json::parse(told.out)[0];
  EXPECT_EQ(continuation.at("label_name").get<std::string>().size(), 1u) << continuation;
  EXPECT_GT(continuation.at("probability"), 0) << continuation;

  const auto resumed = luge({"resume", "run=run", "epochs=3", "--json"}, dir.path());
  EXPECT_EQ(json::parse(resumed.out).at("epochs"), 3) << resumed.err;
}

// y is a large number that follows from a.
std::string prices() {
  std::string table = "a,b,y\n";
  for (int i = 0; i < 120; ++i)
    table += fmt::format("{},{},{}\n", 0.1 * (i % 23) - 1, 0.2 * (i % 7), 1000.5 + 50 * (i % 23));
  return table;
}

json measured(const TempDir& dir, const std::string& run) {
  const auto eval = luge({"eval", "run=" + run, "--json"}, dir.path());
  EXPECT_EQ(eval.code, 0) << eval.err;
  return json::parse(eval.out).at("metrics");
}

TEST(Tasks, NumbersAreMeasuredInTheUnitsOfTheData) {
  const TempDir dir;
  dir.write("t.csv", prices());
  for (const std::string standardize : {"true", "false"}) {
    const auto ran = luge({"train", "model=mlp", "hidden=16", "data=t.csv", "epochs=60", "lr=0.01",
                           "task.standardize=" + standardize, "run.dir=run-" + standardize},
                          dir.path());
    ASSERT_EQ(ran.code, 0) << ran.err;
    const json found = measured(dir, "run-" + standardize);
    EXPECT_GT(found.at("r2"), 0.95) << standardize << found;
    EXPECT_LT(found.at("mae"), 100) << standardize << found;
  }
}

TEST(Tasks, AnAutoencoderDoesNotLookAtTheTarget) {
  const TempDir dir;
  dir.write("t.csv", prices());
  const auto ran = luge({"train", "model=mlp", "hidden=8", "data=t.csv", "task=autoencoding", "epochs=40",
                         "lr=0.01", "run.dir=run", "--json"},
                        dir.path());
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_LT(json::parse(ran.out).at("metrics").at("loss"), 0.1) << ran.out;
  EXPECT_LT(measured(dir, "run").at("loss"), 0.1);
}

TEST(Tasks, ATaskIsChosenByName) {
  const TempDir dir;
  std::string table = "a,b,c,kind\n";
  for (int i = 0; i < 60; ++i) table += fmt::format("{},{},{},{}\n", i % 5, i % 3, i % 7, i % 2 ? "x" : "y");
  dir.write("t.csv", table);
  const auto ran = luge({"train", "model=mlp", "hidden=2", "data=t.csv", "task=autoencoding", "epochs=3",
                         "run.dir=run", "--json"},
                        dir.path());
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_FALSE(json::parse(ran.out).at("metrics").contains("accuracy")) << ran.out;
  const auto eval = luge({"eval", "run=run", "split=all", "--json"}, dir.path());
  ASSERT_EQ(eval.code, 0) << eval.err;
  EXPECT_TRUE(json::parse(eval.out).at("metrics").contains("loss")) << eval.out;

  const auto missing = luge({"train", "model=mlp", "data=t.csv", "task=segmentation"}, dir.path());
  EXPECT_EQ(missing.code, 1);
  EXPECT_TRUE(says(missing.err, "task=segmentation") && says(missing.err, "'image'")) << missing.err;
  const auto unknown = luge({"train", "model=mlp", "data=t.csv", "task=clasification"}, dir.path());
  EXPECT_EQ(unknown.code, 2);
  EXPECT_TRUE(says(unknown.err, "did you mean classification")) << unknown.err;
  dir.write("n.csv", "a,b\n1,2.5\n2,3.5\n3,7.25\n4,1.5\n");
  const auto option =
      luge({"train", "model=mlp", "data=n.csv", "task=regression", "task.standardize=maybe"}, dir.path());
  EXPECT_EQ(option.code, 2) << option.err;
  EXPECT_TRUE(says(option.err, "standardize")) << option.err;
}

TEST(Tasks, MetricsOfTheHostAreNamedAsOthers) {
  const TempDir dir;
  std::string table = "a,kind\n";
  for (int i = 0; i < 60; ++i) table += fmt::format("{},{}\n", i % 6, i % 6 < 3 ? "cat" : "dog");
  dir.write("t.csv", table);
  const auto ran = luge({"train", "model=mlp", "data=t.csv", "epochs=2", "metrics=accuracy,f1",
                         "checkpoint.monitor=val_f1", "run.dir=run", "--json"},
                        dir.path());
  ASSERT_EQ(ran.code, 0) << ran.err;
  const json trained = json::parse(ran.out);
  EXPECT_TRUE(trained.at("metrics").contains("val_f1.cat")) << trained;
  EXPECT_TRUE(trained.at("best").contains("val_f1")) << trained;
  EXPECT_TRUE(says(luge({"list", "metrics"}).out, "the F1 score"));
}

TEST(Tasks, AreListedWithWhatTheyDo) {
  const auto listed = luge({"list", "tasks"});
  EXPECT_TRUE(says(listed.out, "next-token") && says(listed.out, "continues a text")) << listed.out;
  const std::string help = luge({"train", "help"}).out;
  EXPECT_TRUE(says(help, "\n  task. ") && says(help, "length, stride")) << "options of tasks are keys";
}

// Configurations of before tasks had names.
TEST(Tasks, ARunOfBeforeGoesOn) {
  const TempDir dir;
  ASSERT_EQ(luge({"train", "model=xor", "epochs=2", "run.dir=run"}, dir.path()).code, 0);
  std::string config = read_file(dir.file("run/config.toml"));
  const auto at = config.find("\n[task]\n");
  ASSERT_NE(at, std::string::npos) << config;
  config.erase(at, config.find("\n[", at + 1) - at);
  const std::string table = "[data]\n";
  config.insert(config.find(table) + table.size(), "task = \"auto\"\n");
  dir.write("run/config.toml", config);
  const auto resumed = luge({"resume", "run=run", "epochs=3", "--json"}, dir.path());
  ASSERT_EQ(resumed.code, 0) << resumed.err;
  EXPECT_EQ(json::parse(resumed.out).at("epochs"), 3);
  EXPECT_EQ(luge({"eval", "run=run"}, dir.path()).code, 0);
}

}  // namespace
}  // namespace luge
