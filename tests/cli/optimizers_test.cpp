// Optimizers, schedules, penalties, constraints, averages, plateaus and the rate finder from the shell.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "luge/optim/optimizers.h"
#include "luge/optim/schedule.h"
#include "support/command.h"
#include "support/temp_dir.h"

namespace luge {
namespace {

using nlohmann::json;
using testing::says;
using testing::TempDir;

// A training of xor, whose four samples are one batch.
testing::CommandResult train(const std::filesystem::path& folder, std::vector<std::string> words) {
  words.insert(words.begin(), {"train", "model=xor", "epochs=4", "batch=4"});
  words.push_back("--json");
  return testing::luge(words, folder);
}

TEST(Shell, TrainsWithEveryOptimizerAndSchedule) {
  const TempDir dir;
  for (const std::string& name : optim::names()) {
    if (name.starts_with("test-")) continue;  // of this program, which the command does not know
    const auto ran = train(dir.path(), {"optimizer=" + name, "run.dir=run-" + name});
    EXPECT_EQ(ran.code, 0) << name << ": " << ran.err;
  }
  for (const std::string& name : optim::schedule::names()) {
    if (name.starts_with("test-")) continue;
    const auto ran =
        train(dir.path(), {"schedule=" + name, "schedule.warmup_ratio=0.25", "run.dir=rate-" + name});
    EXPECT_EQ(ran.code, 0) << name << ": " << ran.err;
  }
}

TEST(Shell, HasGroupsPenaltiesConstraintsAndAverages) {
  const TempDir dir;
  const auto ran =
      train(dir.path(), {"optimizer=rmsprop", "optimizer.momentum=0.5", "optimizer.rate_factors=*.bias:0.5",
                         "optimizer.weight_decays=*.bias:0", "optimizer.weight_decay=0.1",
                         "regularizer=l1,half-l2", "regularizer.l1.lambda=1e-3", "constraint=max-norm",
                         "constraint.max-norm.limit=1", "averaging=swa", "averaging.start=1",
                         "reduce_on_plateau=0", "callbacks.plateau.monitor=loss", "run.dir=run"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  const std::string config = testing::read_file(dir.file("run/config.toml"));
  for (const char* part : {"rate_factors", "half-l2", "max-norm", "swa", "plateau"})
    EXPECT_TRUE(says(config, part)) << part << " in " << config;
  EXPECT_EQ(testing::luge({"resume", "run=run", "epochs=6", "--json"}, dir.path()).code, 0);

  const auto refuses = [&](const std::vector<std::string>& words, const char* part) {
    const auto refused = train(dir.path(), words);
    EXPECT_NE(refused.code, 0);
    EXPECT_TRUE(says(refused.err, part)) << refused.err;
  };
  refuses({"regularizer=l3"}, "l3");
  refuses({"averaging.decay=0.9"}, "averaging");
  refuses({"averaging=swa", "averaging.decay=0.9"}, "averaging=ema");
  refuses({"callbacks.plateau.factor=0.5"}, "reduce_on_plateau");
  const auto mini = testing::luge({"train", "model=xor", "batch=2", "optimizer=lbfgs"}, dir.path());
  EXPECT_NE(mini.code, 0);
  EXPECT_TRUE(says(mini.err, "batch=4")) << mini.err;
  refuses({"optimizer.rate_factors=nothing.*:0.5"}, "matches no parameter");
}

TEST(Shell, FindsARate) {
  const TempDir dir;
  const auto ran =
      testing::luge({"find-rate", "model=xor", "finder.steps=60", "to=curve.csv", "--json"}, dir.path());
  ASSERT_EQ(ran.code, 0) << ran.err;
  const json found = json::parse(ran.out);
  EXPECT_GT(found.at("trials").size(), 10u);
  EXPECT_TRUE(says(testing::read_file(dir.file("curve.csv")), "rate,loss,smoothed"));
  EXPECT_EQ(testing::luge({"find-rate", "model=xor", "to=curve.txt"}, dir.path()).code, 2);
}

TEST(Shell, AnotherOptimizerThanTheModelsHasItsUsualRate) {
  const TempDir dir;
  ASSERT_EQ(train(dir.path(), {"optimizer=adadelta", "run.dir=run"}).code, 0);
  EXPECT_TRUE(says(testing::read_file(dir.file("run/config.toml")), "learning_rate = 1"));
}

}  // namespace
}  // namespace luge
