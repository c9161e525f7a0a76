// What a training shows and records: the terminal, the commands that it suggests, and the files of its run.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "luge/io/image.h"
#include "luge/io/tensorboard.h"
#include "support/command.h"
#include "support/temp_dir.h"

namespace luge {
namespace {

namespace fs = std::filesystem;
using testing::luge;
using testing::read_file;
using testing::says;
using testing::TempDir;

std::string table(bool numbers) {
  std::string text = "a,b,y\n";
  for (int i = 0; i < 60; ++i)
    text += fmt::format("{},{},{}\n", i % 7, 0.5 * (i % 5),
                        numbers     ? fmt::format("{}", 0.25 * i)
                        : i % 7 > 3 ? "yes"
                                    : "no");
  return text;
}

std::vector<std::string> suggested(const std::string& out) {
  std::vector<std::string> commands;
  std::istringstream lines(out.substr(std::min(out.size(), out.find("Next:\n"))));
  std::string line;
  for (std::getline(lines, line); std::getline(lines, line);) commands.push_back(line);
  return commands;
}

// Trains, and runs each command that is suggested after it. Returns how many there were.
std::size_t run_next(const TempDir& dir, std::vector<std::string> words) {
  words.insert(words.begin(), {"train", "epochs=1", "verbose=0"});
  const auto trained = luge(words, dir.path());
  EXPECT_EQ(trained.code, 0) << trained.err;
  const std::vector<std::string> commands = suggested(trained.out);
  for (const std::string& command : commands) {
    const auto ran = testing::run_command({"/bin/sh", "-c", command}, {.folder = dir.path()});
    EXPECT_EQ(ran.code, 0) << command << "\n" << ran.err;
    EXPECT_NE(ran.out, "") << command;
  }
  return commands.size();
}

TEST(Next, EachCommandCanBeRunAsItIs) {
  const TempDir dir;
  dir.write("classes of three.csv", table(false));
  dir.write("numbers.csv", table(true));
  std::string text;
  for (int i = 0; i < 120; ++i) text += "the rain in spain falls mainly on the plain. ";
  dir.write("rain.txt", text);
  EXPECT_EQ(run_next(dir, {"model=xor"}), 1u) << "there is no file to predict";
  EXPECT_EQ(run_next(dir, {"model=mlp", "data=classes of three.csv"}), 2u);
  EXPECT_EQ(run_next(dir, {"model=linear-regression", "data=numbers.csv"}), 2u);
  EXPECT_EQ(run_next(dir, {"model=mlp", "data=numbers.csv", "folds=2"}), 1u);
  EXPECT_EQ(run_next(dir, {"model=mlp", "data=classes of three.csv", "ensemble=2"}), 2u);
  EXPECT_EQ(run_next(dir, {"model=gpt-4x128", "data=rain.txt"}), 2u);
}

TEST(Next, EachCommandForPicturesCanBeRun) {
  const TempDir dir;
  if (luge({"data", "fashion-mnist"}, dir.path()).code != 0)
    GTEST_SKIP() << "the Debian package dataset-fashion-mnist is not installed";
  EXPECT_EQ(run_next(dir, {"model=lenet5", "data=fashion-mnist", "limit=200"}), 3u);
}

TEST(Verbose, SaysHowMuchIsShown) {
  const TempDir dir;
  dir.write("t.csv", table(false));
  const auto train = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"train", "model=mlp", "data=t.csv", "epochs=3"});
    const auto ran = luge(words, dir.path());
    EXPECT_EQ(ran.code, 0) << ran.err;
    EXPECT_TRUE(says(ran.out, "\nNext:\n")) << ran.out;
    return ran.err;
  };
  for (const std::vector<std::string>& quiet :
       {std::vector<std::string>{"verbose=0"}, {"-v", "0"}, {"--verbose", "0"}, {"--verbose=0"}})
    EXPECT_EQ(train(quiet), "") << quiet[0];
  for (const std::vector<std::string>& lines : {std::vector<std::string>{}, {"-v", "2"}, {"-v"}}) {
    const std::string err = train(lines);
    for (int epoch = 1; epoch <= 3; ++epoch)
      EXPECT_TRUE(says(err, fmt::format("\nEpoch {}/3 ", epoch))) << err;
    EXPECT_EQ(err.find('\r'), err.npos) << err;
  }
  EXPECT_EQ(train({"-v", "0", "folds=2"}), "");
  const auto wrong = luge({"train", "model=mlp", "data=t.csv", "-v", "3"}, dir.path());
  EXPECT_EQ(wrong.code, 2);
  EXPECT_TRUE(says(wrong.err, "verbose=3: expected a whole number from 0 to 2")) << wrong.err;
  EXPECT_EQ(luge({"eval", "run=last", "-v", "0"}, dir.path()).code, 2) << "it shows nothing anyway";
}

TEST(Recorded, EventFilesAreThereUnlessTheyAreNotWanted) {
  const TempDir dir;
  dir.write("t.csv", table(false));
  ASSERT_EQ(luge({"train", "model=mlp", "data=t.csv", "epochs=2", "run.dir=a", "histograms=1", "log_steps=1",
                  "timing=true"},
                 dir.path())
                .code,
            0);
  std::vector<std::string> tags;
  for (const io::Event& event : io::read_events(dir.path() / "a" / "train")) {
    for (const io::LoggedValue& value : event.values) tags.push_back(value.tag);
  }
  for (const char* tag : {"loss", "steps/loss", "weights/linear1/weight", "gradients/linear1/weight",
                          "activations/linear2", "timing/step_ms"})
    EXPECT_TRUE(std::count(tags.begin(), tags.end(), tag)) << tag;
  EXPECT_TRUE(fs::exists(dir.path() / "a" / "steps.csv"));
  EXPECT_TRUE(fs::exists(dir.path() / "a" / "timing.csv"));
  EXPECT_EQ(io::event_files(dir.path() / "a" / "validation").size(), 1u);
  ASSERT_EQ(luge({"resume", "run=a", "epochs=3"}, dir.path()).code, 0);
  EXPECT_EQ(io::event_files(dir.path() / "a" / "train").size(), 2u);
  ASSERT_EQ(
      luge({"train", "model=mlp", "data=t.csv", "epochs=1", "run.dir=b", "tensorboard=false"}, dir.path())
          .code,
      0);
  EXPECT_FALSE(fs::exists(dir.path() / "b" / "train"));
  EXPECT_FALSE(fs::exists(dir.path() / "b" / "steps.csv"));
}

TEST(Recorded, PredictionsArePicturesAndNeedSome) {
  const TempDir dir;
  dir.write("t.csv", table(false));
  const auto refused = luge({"train", "model=mlp", "data=t.csv", "predictions=4"}, dir.path());
  EXPECT_EQ(refused.code, 2);
  EXPECT_TRUE(says(refused.err, "predictions=4: expected 0: the samples of t are not pictures"))
      << refused.err;
  if (luge({"data", "fashion-mnist"}, dir.path()).code != 0)
    GTEST_SKIP() << "the Debian package dataset-fashion-mnist is not installed";
  const auto ran = luge({"train", "model=lenet5", "data=fashion-mnist", "limit=200", "epochs=2",
                         "predictions=4", "run.dir=run"},
                        dir.path());
  ASSERT_EQ(ran.code, 0) << ran.err;
  if (says(ran.err, "Cairo")) GTEST_SKIP() << "this build does not draw";
  EXPECT_GT(io::read_image(dir.file("run/predictions/epoch-0002.png")).width, 100);
  int pictures = 0;
  for (const io::Event& event : io::read_events(dir.path() / "run" / "validation")) {
    for (const io::LoggedValue& value : event.values) pictures += value.tag == "predictions";
  }
  EXPECT_EQ(pictures, 2);
}

}  // namespace
}  // namespace luge
