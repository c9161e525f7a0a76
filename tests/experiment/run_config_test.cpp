// config.toml of a run says where each value came from, and can be read again.
#include <gtest/gtest.h>

#include <filesystem>

#include "luge/experiment/run.h"
#include "support/errors.h"
#include "support/in_process.h"
#include "support/temp_dir.h"

namespace luge::experiment {
namespace {

using testing::read_file;
using testing::TempDir;

int shell(const std::vector<std::string>& words) {
  const testing::CommandResult ran = testing::in_process(words);
  EXPECT_EQ(ran.err.find("luge:"), std::string::npos) << ran.err;
  return ran.code;
}

void expect_line(const std::string& config, const std::string& line) {
  EXPECT_NE(config.find("\n" + line + "\n"), std::string::npos) << line << " is missing from" << config;
}

TEST(RunConfig, SaysWhereEachValueCameFrom) {
  const TempDir dir;
  const std::string file =
      dir.write("my.toml", "model = \"xor\"\n[train]\nbatch = 2\nmetrics = [\"accuracy\"]\n");
  ASSERT_EQ(shell({"train", "config=" + file, "epochs=2", "optimizer=adam", "beta1=0.8", "schedule=cosine",
                   "run.dir=" + dir.file("run")}),
            0);
  const std::string config = read_file(dir.file("run/config.toml"));
  expect_line(config, "epochs = 2  # command line");
  expect_line(config, "batch = 2  # file my.toml");
  expect_line(config, "metrics = [\"accuracy\"]  # file my.toml");
  expect_line(config, "learning_rate = 0.05  # model");
  expect_line(config, "beta1 = 0.8  # command line");
  expect_line(config, "beta2 = 0.999  # default");
  expect_line(config, "steps = 4  # data");
  expect_line(config, "name = \"classification\"  # data");
  expect_line(config, "shuffle = true  # default");
  expect_line(config, "workers = \"auto\"  # default");
}

TEST(RunConfig, ResumptionsKeepTheSources) {
  const TempDir dir;
  const std::string run = dir.file("run");
  ASSERT_EQ(shell({"train", "model=xor", "epochs=2", "momentum=0.5", "optimizer=momentum", "run.dir=" + run}),
            0);
  ASSERT_EQ(shell({"resume", "run=" + run, "epochs=3", "early_stopping=9"}), 0);
  const std::string config = read_file(dir.file("run/config.toml"));
  expect_line(config, "epochs = 3  # resume");
  expect_line(config, "early_stopping.patience = 9  # resume");
  expect_line(config, "early_stopping.monitor = \"val_loss\"  # default");
  expect_line(config, "momentum = 0.5  # command line");
  expect_line(config, "batch = 4  # model");
  EXPECT_NE(config.find("host = "), std::string::npos);
  ASSERT_EQ(shell({"resume", "run=" + run, "epochs=4"}), 0);
  expect_line(read_file(dir.file("run/config.toml")), "early_stopping.patience = 9  # resume");
}

TEST(RunConfig, TrainsTheSameAgain) {
  const TempDir dir;
  const std::string one = dir.file("one"), other = dir.file("other");
  ASSERT_EQ(shell({"train", "model=xor", "hidden=5", "epochs=3", "schedule=step", "schedule.step_size=2",
                   "run.dir=" + one}),
            0);
  ASSERT_EQ(shell({"train", "config=" + one + "/config.toml", "run.dir=" + other}), 0);
  EXPECT_EQ(read_file(one + "/checkpoints/last.safetensors"),
            read_file(other + "/checkpoints/last.safetensors"));
  const std::string config = read_file(other + "/config.toml");
  expect_line(config, "hidden = [5]  # file config.toml");
  expect_line(config, "step_size = 2  # file config.toml");
  // Another optimizer is chosen: the file has options that it does not have.
  EXPECT_EQ(shell({"train", "config=" + one + "/config.toml", "optimizer=adam", "schedule=cosine",
                   "run.dir=" + dir.file("third")}),
            0);
}

TEST(RunConfig, LeavesOutWhatNothingSays) {
  const TempDir dir;
  Config config = {{"model", "xor"}, {"epochs", "1"}, {"metrics", "none"}};
  config.set("run.dir", dir.file("run"));
  experiment::Run run(config);
  run.begin();
  const std::string text = read_file(dir.file("run/config.toml"));
  expect_line(text, "epochs = 1  # program");
  expect_line(text, "metrics = []  # program");
  EXPECT_EQ(text.find("memory"), std::string::npos);
  EXPECT_EQ(text.find("momentum"), std::string::npos) << "an option of another optimizer";
  EXPECT_EQ(experiment::Run(Config(run.config())).config().text("epochs"), "1");
}

// A program registered a loss, and the command does not know it.
TEST(RunConfig, OptionsOfWhatIsNotRegisteredAreLeftToTheProgramThatHasIt) {
  const TempDir dir;
  const std::string file = dir.write("config.toml",
                                     "[loss]\nname = \"of-a-program\"  # model\nsharpness = 2  # default\n"
                                     "[train]\nepochs = 3  # command line\n");
  Config run;
  run.take_run(file);
  EXPECT_EQ(run.text("epochs"), "3");
  EXPECT_EQ(run.origin("epochs").to_string(), "command line");
  testing::expect_error<SettingError>([&] { run.chosen("loss"); },
                                      {"line 2: loss.name=of-a-program is not known"});
  Config given;
  testing::expect_error<SettingError>([&] { given.take_file(file); },
                                      {"line 3: key 'loss.sharpness' is not known"});
  const std::string typed = dir.write("typed.toml", "[loss]\nname = \"mse\"\nsharpness = 2\n");
  testing::expect_error<SettingError>([&] { Config().take_run(typed); }, {"line 3: key 'loss.sharpness'"});
}

TEST(RunConfig, StagesAreWrittenWithWhatDiffersInThem) {
  const TempDir dir;
  Config config;
  config.take_file(dir.write("my.toml", R"(model = "xor"
optimizer.name = "momentum"
optimizer.momentum = 0.5
[[stage]]
name = "one"
epochs = 1
trainable = ["linear1.*", "linear2.*"]
[[stage]]
name = "two"
epochs = 2
optimizer.name = "adam"
optimizer.beta1 = 0.7
)"));
  config.set("run.dir", dir.file("run"));
  {
    experiment::Run run(config);
    run.begin();
    EXPECT_EQ(run.train().history.epochs.size(), 3u);
  }
  const std::string text = read_file(dir.file("run/config.toml"));
  expect_line(text, "trainable = [\"linear1.*\", \"linear2.*\"]  # file my.toml");
  expect_line(text, "optimizer.beta1 = 0.7  # file my.toml");
  EXPECT_EQ(text.find("optimizer.beta2"), std::string::npos);
  const experiment::Run resumed = experiment::Run::resume(dir.file("run"));
  ASSERT_EQ(resumed.config().stages().size(), 2u);
  EXPECT_EQ(resumed.config().stages()[1].origin("optimizer.beta1").to_string(), "file my.toml");
}

// config.toml tells what was; a resumption that would contradict it is refused.
TEST(RunConfig, ARateThatWasChangedInTheFileIsRefused) {
  const TempDir dir;
  ASSERT_EQ(shell({"train", "model=xor", "epochs=2", "lr=0.25", "run.dir=" + dir.file("run")}), 0);
  std::string config = read_file(dir.file("run/config.toml"));
  const std::string rate = "learning_rate = 0.25";
  config.replace(config.find(rate), rate.size(), "learning_rate = 0.5");
  dir.write("run/config.toml", config);
  testing::expect_error<SettingError>(
      [&] {
        experiment::Run::resume(dir.file("run"), {{"epochs", "3"}});
      },
      {"learning_rate=0.5: expected 0.25"});
}

}  // namespace
}  // namespace luge::experiment
