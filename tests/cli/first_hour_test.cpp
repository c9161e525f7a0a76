// The first hour of somebody new: what the command says, suggests and shows.
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "luge/io/image.h"
#include "support/command.h"
#include "support/paths.h"
#include "support/temp_dir.h"
#include "support/terminal.h"

namespace luge {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::luge;
using testing::on_terminal;
using testing::TempDir;

void expect_part(const std::string& text, const std::string& part) {
  EXPECT_NE(text.find(part), std::string::npos) << "'" << part << "' is missing from: " << text;
}

struct Said {
  std::vector<std::string> words;
  std::string line;  // a part of the one line on stderr
};

void expect_misuse(const std::vector<Said>& cases) {
  const TempDir dir;
  for (const Said& each : cases) {
    const auto ran = luge(each.words, dir.path());
    EXPECT_EQ(ran.code, 2) << each.line << ran.err;
    EXPECT_EQ(std::count(ran.err.begin(), ran.err.end(), '\n'), 1) << ran.err;
    EXPECT_EQ(ran.err.find("luge: luge"), std::string::npos) << ran.err;
    expect_part(ran.err, each.line);
    EXPECT_FALSE(fs::exists(dir.path() / "runs")) << "a refused training leaves no run behind: " << each.line;
  }
}

TEST(FirstHour, ErrorsNameTheKeyAsItWasTyped) {
  expect_misuse({{{"train", "model=xor", "lr=abc"}, "luge train: lr=abc: expected a number"},
                 {{"train", "model=xor", "learning_rate=abc"}, "learning_rate=abc: expected a number"},
                 {{"train", "model=xor", "optimizer.learning_rate=abc"}, "optimizer.learning_rate=abc"},
                 {{"train", "model=xor", "dir="}, "dir= has no value"},
                 {{"train", "model=xor", "config="}, "config= has no value"},
                 {{"train", "config=a.toml", "config=b.toml"}, "'config' is given twice"},
                 {{"train"}, "luge train: model= is missing"},
                 {{"train", "model=xor", "lr=-1"}, "lr=-1: expected a number above 0"},
                 {{"train", "model=xor", "validation_split=1"}, "validation_split=1: expected"},
                 {{"train", "model=xor", "early_stopping=0"}, "early_stopping=0: expected"},
                 {{"train", "model=xor", "workers=100000"}, "luge train: workers=100000: "},
                 {{"train", "model=xor", "beta2=1"}, "beta2=1: expected a number, 0 or more and below 1"}});
}

TEST(FirstHour, ResumeNamesTheKeyAsItWasTyped) {
  const TempDir dir;
  ASSERT_EQ(luge({"train", "model=xor", "epochs=2", "schedule=cosine", "run.dir=run"}, dir.path()).code, 0);
  for (const std::string key : {"epochs=abc", "train.epochs=0", "early_stopping=x"}) {
    const auto ran = luge({"resume", "run=run", key}, dir.path());
    EXPECT_EQ(ran.code, 2) << key;
    EXPECT_EQ(ran.err.find("luge resume: " + key + ": expected"), 0u) << ran.err;
    EXPECT_EQ(std::count(ran.err.begin(), ran.err.end(), '\n'), 1) << ran.err;
  }
}

TEST(FirstHour, WordsOfOtherProgramsAreUnderstood) {
  expect_misuse(
      {{{"train", "model=xor", "l2=0.1"}, "did you mean weight_decay?"},
       {{"train", "model=xor", "batch_size=3"}, "did you mean batch?"},
       {{"train", "model=xor", "batch-size=3"}, "did you mean batch?"},
       {{"train", "model=xor", "learning-rate=3"}, "did you mean lr?"},
       {{"train", "model=xor", "Weight-Decay=3"}, "did you mean weight_decay?"},
       {{"train", "model=xor", "schedule.gamma=3"}, "did you mean schedule.factor?"},
       {{"train", "model=xor", "optimizer=adam", "momentum=0.9"}, "did you mean beta1?"},
       {{"train", "model=xor", "optimizer=sgd", "momentum=0.9"}, "did you mean optimizer=momentum?"},
       {{"predict", "model=x", "image=a.png"}, "did you mean input?"}});
}

TEST(FirstHour, WordsWithoutAKeyAreToldTheirs) {
  const TempDir dir;
  expect_misuse(
      {{{"train", "lenet5"}, "'lenet5' is not of the form key=value; write model=lenet5;"},
       {{"train", "--model", "lenet5"}, "; write model=lenet5;"},
       {{"train", "--epochs"}, "; write epochs=VALUE;"},
       {{"eval", "runs/xor-1"}, "; write run=runs/xor-1;"},
       {{"predict", "run=last", dir.write("new.csv", "a\n1\n")}, "; write input=/"},
       {{"predict", "run=last", "--jsn"}, "did you mean --json?"},
       {{"train", "model=xor", "learning-rate=0.1"}, "did you mean lr?"},
       {{"train", "model=xor", "Weight_Decay=0.1"}, "did you mean weight_decay?"},
       {{"train", "model=xor", "device=cuda"}, "Luge computes on the processor"},
       {{"data", "fashion-mnist", "count=5"}, "to=FOLDER says where"},
       {{"verify-resume", "model=xor", "epochs=2", "stop=9"}, "stop=9: expected less than the 2 steps"},
       {{"summary", "run=r", "input=3"}, "input=3: a trained network is as it is"}});
  EXPECT_EQ(luge({"plan", "model=mlp", "memory=64mb", "--json"}).code, 0);
  expect_part(luge({"predict", "model=resnet50", "input=x.png"}).err, "train model=resnet50 trains it");
  dir.write("two.csv", "a,b,y\n1,2,yes\n2,1,no\n1,3,yes\n2,2,no\n");
  expect_part(luge({"train", "model=lenet5", "data=two.csv"}, dir.path()).err,
              "model=lenet5 does not fit two, whose samples are [2]: conv1");
}

TEST(FirstHour, ListsKeepWhatIsCommon) {
  expect_misuse(
      {{{"train", "model=xor", "qqqqqq=1"}, "model, data, epochs, batch, optimizer, lr"},
       {{"train", "model=zzzzzzzzzzzz"}, "names: airbench, alexnet, alexnet-grouped, captcha-cnn, "},
       {{"train", "model=xor", "optimizer=sgdd"}, "did you mean sgd?"}});
}

TEST(FirstHour, SettingsAreCheckedBeforeAnythingIsTrained) {
  expect_misuse(
      {{{"train", "model=xor", "metrics=f1x"}, "metrics=f1x"},
       {{"train", "model=xor", "metrics=top2,accuracy,top2"},
        "metrics=top2,accuracy,top2: top2 is named twice"},
       {{"train", "model=xor", "exist_ok=maybe"}, "exist_ok=maybe: expected true or false"},
       {{"train", "model=xor", "header=maybe"}, "header=maybe"},
       {{"train", "model=xor", "min_delta=1"}, "min_delta=1: expected early_stopping= with it"},
       {{"train", "model=xor", "stop_at.monitor=loss"}, "stop_at.monitor=loss: expected stop_at= with it"},
       {{"summary", "model=xor", "run=last"}, "give model= or run=, not both"},
       {{"data", "xor", "count=abc"}, "count=abc: expected a whole number"},
       {{"bench", "seconds=-1"}, "seconds=-1: expected a number, 0 or more"},
       {{"verify-resume", "model=xor", "epochs=4", "stop=4"}, "stop=4: expected less than the 4 steps"},
       {{"verify-resume", "model=xor", "epochs=1"}, "cannot be stopped within"},
       {{"train", "model=xor", "momentum=2", "optimizer=momentum"}, "momentum=2: expected"},
       {{"train", "model=xor", "early_stopping=3", "early_stopping.monitor=val_acc"},
        "early_stopping.monitor=val_acc"},
       {{"train", "model=xor", "stop_at=0.9", "stop_at.monitor=acuracy"}, "did you mean accuracy?"},
       {{"train", "model=xor", "checkpoint.monitor=nothing"}, "checkpoint.monitor=nothing is not measured"},
       {{"train", "model=xor", "schedule=cosine", "schedule.factor=0.1"},
        "schedule cosine has no option 'factor'"},
       {{"train", "model=xor", "schedule=step", "schedule.step_size=0"}, "step_size"},
       {{"train", "model=xor", "schedule.floor=0.1"}, "schedule constant has no option 'floor'"},
       {{"train", "model=lenet5", "data=xor", "hidden=3"}, "model lenet5 has no option 'hidden'"},
       {{"train", "model=xor", "hidden=2,x"}, "hidden=2,x: expected whole numbers"},
       {{"train", "model=xor", "dropout=1"}, "dropout=1: expected"}});
}

TEST(FirstHour, NextCommandsBeginAsTheProgramWasCalled) {
  const TempDir dir;
  fs::create_symlink(testing::command(), dir.path() / "mine");
  const auto ran = testing::run_command({"./mine", "train", "model=xor", "epochs=2"}, {.folder = dir.path()});
  ASSERT_EQ(ran.code, 0) << ran.err;
  expect_part(ran.out, "Next:\n  ./mine eval run=runs/xor-xor-1\n");
  expect_part(testing::run_command({"./mine", "help"}, {.folder = dir.path()}).out, "./mine train model=");
}

// What stands behind "Next:" is taken by a shell as it is.
TEST(FirstHour, NextCommandsCanBeCopied) {
  const TempDir dir;
  fs::create_directory(dir.path() / "my tools");
  fs::create_symlink(testing::command(), dir.path() / "my tools/luge");
  for (const std::string run : {"my run", "it's $HOME"}) {
    const auto ran = testing::run_command({"my tools/luge", "train", "model=xor", "epochs=2", "dir=" + run},
                                          {.folder = dir.path()});
    ASSERT_EQ(ran.code, 0) << ran.err;
    const auto begin = ran.out.find("Next:\n  ") + 8;
    const std::string next = ran.out.substr(begin, ran.out.find('\n', begin) - begin);
    const auto copied = testing::run_command({"sh", "-c", next}, {.folder = dir.path()});
    EXPECT_EQ(copied.code, 0) << next << ": " << copied.err;
  }
  expect_part(luge({"new", "my net"}, dir.path()).out, "cd 'my net' && cmake");
}

TEST(FirstHour, WhatARunRecordedCanBeTrainedAgain) {
  const TempDir dir;
  ASSERT_EQ(luge({"train", "model=xor", "epochs=1", "run.dir=run"}, dir.path()).code, 0);
  const auto again = luge({"train", "config=run/config.toml", "run.dir=other"}, dir.path());
  EXPECT_EQ(again.code, 0) << again.err;
}

TEST(FirstHour, HelpNamesOnlyWhatIsRead) {
  EXPECT_EQ(luge({"help"}).out.find("LUGE_DEVICE"), std::string::npos);
  EXPECT_EQ(luge({"help", "help"}).out, luge({"help"}).out);
  expect_part(luge({"train", "help"}).out, "step_size");
}

TEST(FirstHour, SchedulesTakeTheirParameters) {
  const TempDir dir;
  dir.write("my.toml",
            "[model]\nname = \"xor\"\n[train]\nepochs = 6\n[schedule]\nname = \"step\"\nstep_size = "
            "2\nfactor = 0.5\n");
  const auto ran = luge({"train", "config=my.toml", "run.dir=run"}, dir.path());
  ASSERT_EQ(ran.code, 0) << ran.err;
  expect_part(ran.err, "Epoch 1/6 1/1 ━━━━━━━━━━━━━━━━━━━━");
  expect_part(ran.err, "lr: 0.05\n");  // of the step that comes
  expect_part(ran.err, "lr: 0.025\n");
  expect_part(ran.err, "lr: 0.0125\n");
  const auto resumed = luge({"resume", "run=run", "epochs=8"}, dir.path());
  ASSERT_EQ(resumed.code, 0) << resumed.err;
  expect_part(resumed.err, "lr: 0.00625\n");
  const auto same = luge({"verify-resume", "model=xor", "epochs=6", "schedule=step", "schedule.step_size=2",
                          "schedule.factor=0.5", "--json"});
  EXPECT_EQ(same.code, 0) << same.out;
  EXPECT_EQ(luge({"train", "model=xor", "epochs=2"}, dir.path()).err.find("lr:"), std::string::npos)
      << "a constant rate is not worth a place";
}

TEST(FirstHour, HiddenLayersOfTheMlpAreChosenOnTheCommandLine) {
  const auto chosen =
      json::parse(luge({"summary", "model=mlp", "hidden=256,128", "dropout=0.3", "--json"}).out);
  EXPECT_EQ(chosen.at("parameters").at("total"), 784 * 256 + 256 + 256 * 128 + 128 + 1290);
  const TempDir dir;
  ASSERT_EQ(luge({"train", "model=xor", "epochs=1", "hidden=2", "run.dir=run"}, dir.path()).code, 0);
  EXPECT_EQ(luge({"resume", "run=run", "epochs=2"}, dir.path()).code, 0) << "the run remembers them";
}

TEST(FirstHour, ARunHasASummary) {
  const TempDir dir;
  ASSERT_EQ(luge({"train", "model=xor", "epochs=1", "run.dir=run"}, dir.path()).code, 0);
  const auto from_run = json::parse(luge({"summary", "run=run", "--json"}, dir.path()).out);
  const auto from_name = json::parse(luge({"summary", "model=xor", "--json"}).out);
  EXPECT_EQ(from_run.at("parameters"), from_name.at("parameters"));
  EXPECT_EQ(from_run.at("macs"), from_name.at("macs"));
  EXPECT_EQ(from_run.at("layers").size(), 2u) << "those with weights";
  EXPECT_EQ(from_run.at("layers").at(0).at("path"), "linear1");
}

TEST(FirstHour, ALinearModelShowsItsWeights) {
  const TempDir dir;
  std::string table = "width,height,price\n";
  for (int i = 0; i < 100; ++i) {
    const int x = i % 10, z = i * 7 % 13;
    table += std::to_string(x) + "," + std::to_string(z) + "," + std::to_string(3 * x - 2 * z + 10) + ".0\n";
  }
  dir.write("line.csv", table);
  ASSERT_EQ(luge({"train", "model=linear-regression", "data=line.csv", "run.dir=run"}, dir.path()).code, 0);
  const auto one = json::parse(luge({"summary", "run=run", "--json"}, dir.path()).out).at("equations").at(0);
  EXPECT_EQ(one.at("output"), "price");
  EXPECT_NEAR(one.at("weights").at("width").get<double>(), 3, 0.1);
  EXPECT_NEAR(one.at("weights").at("height").get<double>(), -2, 0.1);
  EXPECT_NEAR(one.at("bias").get<double>(), 10, 1);
  expect_part(luge({"summary", "run=run"}, dir.path()).out, "· width\n");
}

TEST(FirstHour, GradcheckSaysWhatItSampled) {
  const auto ran = luge({"gradcheck", "model=mlp", "elements=2", "--json"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  const auto report = json::parse(ran.out);
  EXPECT_EQ(report.at("checked").get<int>() + report.at("skipped").get<int>(), 8);
  EXPECT_EQ(report.at("elements"), 101770);
  EXPECT_EQ(report.at("untried"), 0);
  const auto short_one = json::parse(luge({"gradcheck", "model=mlp", "seconds=1e-9", "--json"}).out);
  EXPECT_EQ(short_one.at("checked").get<int>() + short_one.at("directions").get<int>() +
                short_one.at("skipped").get<int>(),
            1);
  EXPECT_GT(short_one.at("untried").get<int>(), 0);
}

TEST(FirstHour, GradcheckComparesEveryParameterOfALargeNetwork) {
  const auto ran = luge({"gradcheck", "model=gpt-4x128", "mode=eval", "seconds=20", "--json"});
  ASSERT_EQ(ran.code, 0) << ran.err << ran.out;
  const auto report = json::parse(ran.out);
  EXPECT_EQ(report.at("samples"), 1);
  EXPECT_GE(report.at("directions").get<int>(), 1);
  EXPECT_EQ(report.at("uncovered"), json::array());
  EXPECT_EQ(json::parse(luge({"gradcheck", "model=mlp", "elements=1", "--json"}).out).at("samples"), 3);
}

TEST(FirstHour, PicturesThatDoNotFitAreSaidToBeChanged) {
  const TempDir dir;
  ASSERT_EQ(luge({"train", "model=softmax-regression", "epochs=1", "limit_train_batches=5", "run.dir=run"},
                 dir.path())
                .code,
            0);
  ASSERT_EQ(luge({"data", "fashion-mnist", "to=samples", "count=1"}, dir.path()).code, 0);
  const auto fits = luge({"predict", "run=run", "input=samples"}, dir.path());
  EXPECT_EQ(fits.out.find('('), std::string::npos) << fits.out;
  io::write_png((dir.path() / "large.png").string(), {40, 50, 3, std::vector<std::uint8_t>(40 * 50 * 3, 7)});
  const auto changed = luge({"predict", "run=run", "input=large.png"}, dir.path());
  expect_part(changed.out, "(resized from 50x40 to 28x28, color turned into gray)");
  io::write_png((dir.path() / "clear.png").string(), {28, 28, 4, std::vector<std::uint8_t>(28 * 28 * 4, 7)});
  expect_part(luge({"predict", "run=run", "input=clear.png"}, dir.path()).out,
              "(color turned into gray, transparency left out)");
  io::write_png((dir.path() / "white.png").string(), {28, 28, 1, std::vector<std::uint8_t>(28 * 28, 255)});
  expect_part(luge({"predict", "run=run", "input=white.png"}, dir.path()).out, "(looks inverted");
}

TEST(FirstHour, MisclassifiedPicturesAreWritten) {
  const TempDir dir;
  ASSERT_EQ(luge({"train", "model=softmax-regression", "epochs=1", "limit_train_batches=100", "run.dir=run"},
                 dir.path())
                .code,
            0);
  const auto ran = luge({"eval", "run=run", "wrong=bad", "--json"}, dir.path());
  ASSERT_EQ(ran.code, 0) << ran.err;
  const auto report = json::parse(ran.out);
  const double right = report.at("metrics").at("accuracy");
  std::int64_t count = 0;
  for (const auto& entry : fs::directory_iterator(dir.path() / "bad")) {
    const std::string name = entry.path().filename().string();
    EXPECT_NE(name.find("-true-"), std::string::npos) << name;
    EXPECT_NE(name.find("-guess-"), std::string::npos) << name;
    ++count;
  }
  EXPECT_NEAR(static_cast<double>(count), (1 - right) * 10000, 0.5);
  expect_part(ran.err, "misclassified pictures are in bad");
  ASSERT_EQ(luge({"train", "model=xor", "epochs=1", "run.dir=table"}, dir.path()).code, 0);
  EXPECT_EQ(luge({"eval", "run=table", "wrong=bad2"}, dir.path()).code, 2);
}

TEST(FirstHour, NewSaysWhereCMakeFindsLuge) {
  const TempDir dir;
  const auto made = luge({"new", "mine"}, dir.path());
  ASSERT_EQ(made.code, 0);
  expect_part(made.out, "-DCMAKE_PREFIX_PATH=");
  expect_part(testing::read_file(dir.path() / "mine/train.cpp"), "train::progress_bar(std::cerr)");
}

std::size_t width(const std::string& line) {
  std::size_t used = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\x1b') {
      i = line.find_first_of("mK", i);
    } else if ((static_cast<unsigned char>(line[i]) & 0xc0) != 0x80) {
      ++used;
    }
  }
  return used;
}

TEST(FirstHour, ProgressFitsTheTerminal) {
  const TempDir dir;
  const std::string text =
      on_terminal({testing::command().string(), "train", "model=softmax-regression", "epochs=2",
                   "limit_train_batches=3000", "batch=16", "schedule=cosine"},
                  dir.path(), 80);
  const auto begin = text.find("Epoch 1/2"), end = text.find("\nrun ");
  ASSERT_NE(begin, std::string::npos) << text;
  ASSERT_NE(end, std::string::npos) << text;
  std::string line;
  for (const char c : text.substr(begin, end - begin)) {
    if (c != '\r' && c != '\n') {
      line += c;
      continue;
    }
    EXPECT_LE(width(line), 79u) << line;
    line.clear();
  }
  for (const char* part : {"Epoch 2/2", "ETA ", "lr: ", "val_accuracy: "}) expect_part(text, part);
}

}  // namespace
}  // namespace luge
