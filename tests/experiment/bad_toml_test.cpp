// Configuration files that are wrong: one line with file and line number, whatever is wrong.
#include <gtest/gtest.h>

#include <algorithm>

#include "luge/experiment/config.h"
#include "luge/experiment/run.h"
#include "support/temp_dir.h"

namespace luge::experiment {
namespace {

using testing::TempDir;

std::string refusal(const std::string& content) {
  const TempDir dir;
  const std::string file = dir.write("my.toml", content);
  try {
    Config config;
    config.take_file(file);
    config.check();
    const experiment::Run run(config);
  } catch (const Error& error) {
    std::string text = error.what();
    if (const auto at = text.find(file); at == 0) text.replace(0, file.size(), "my.toml");
    return text;
  }
  return "nothing was refused";
}

void expect_refusal(const std::string& content, const std::string& begin, const std::string& part = "") {
  const std::string said = refusal(content);
  EXPECT_EQ(said.find(begin), 0u) << said << "\nfor\n" << content;
  EXPECT_NE(said.find(part), std::string::npos) << said;
  EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 0) << said;
}

TEST(BadToml, ValuesOfAnotherKind) {
  expect_refusal("[train]\nepochs = \"many\"\n",
                 "my.toml, line 2: train.epochs=many: expected a whole number");
  expect_refusal("[train]\n\nepochs = 1.5\n",
                 "my.toml, line 3: train.epochs=1.5: expected a whole number from 1");
  expect_refusal("lr = true\n", "my.toml, line 1: lr=true: expected a number above 0");
  expect_refusal("[data]\nshuffle = \"maybe\"\n",
                 "my.toml, line 2: data.shuffle=maybe: expected true or false");
  expect_refusal("[train]\nepochs = 2026-01-02\n",
                 "my.toml, line 2: train.epochs is a date or a time; expected a whole number from 1");
  expect_refusal("[train]\nepochs = [3]\n",
                 "my.toml, line 2: train.epochs is a list; expected a whole number");
}

TEST(BadToml, ValuesOutOfRange) {
  expect_refusal("[train]\nepochs = 0\n", "my.toml, line 2: train.epochs=0: expected a whole number from 1");
  expect_refusal("\n\nlr = 0\n", "my.toml, line 3: lr=0: expected a number above 0");
  expect_refusal("model = \"xor\"\n[optimizer]\nname = \"adam\"\nbeta1 = 1.0\n",
                 "my.toml, line 4: optimizer.beta1=1: expected a number, 0 or more and below 1");
  expect_refusal("[train]\nprecision = \"f64\"\n", "my.toml, line 2: train.precision=f64 is not known",
                 "f32 or bf16");
  expect_refusal("[train]\nmemory = \"lots\"\n",
                 "my.toml, line 2: train.memory=lots: expected a number of bytes");
  expect_refusal("[data]\nseparator = \"ab\"\n",
                 "my.toml, line 2: data.separator=ab: expected one character");
  expect_refusal("[data]\nworkers = \"some\"\n", "my.toml, line 2: data.workers=some: expected auto or");
}

TEST(BadToml, OptionsOfAnotherMember) {
  expect_refusal("model = \"xor\"\n[optimizer]\nname = \"momentum\"\nbeta1 = 0.9\n",
                 "my.toml, line 4: optimizer.beta1=0.9: optimizer momentum has no option 'beta1'; did you "
                 "mean momentum? it has ",
                 "learning_rate");
}

TEST(BadToml, UnknownKeysAndNames) {
  expect_refusal("[train]\nepohcs = 3\n", "my.toml, line 2: key 'train.epohcs' is not known", "train.epochs");
  expect_refusal("[trian]\nepochs = 3\n", "my.toml, line 2: key 'trian.epochs' is not known");
  expect_refusal("model = \"xor\"\noptimizer = \"adm\"\n", "my.toml, line 2: optimizer=adm is not known",
                 "did you mean adam?");
  expect_refusal("model = \"xro\"\n", "my.toml, line 1: model=xro is not known");
  expect_refusal("model = \"xor\"\nmetrics = [\"accuracy\", \"acuracy\"]\n",
                 "my.toml, line 2: metrics=accuracy,acuracy: 'acuracy' is not known");
}

TEST(BadToml, Duplicates) {
  expect_refusal("[train]\nepochs = 3\nepochs = 4\n", "my.toml, line 3: ");
  expect_refusal("lr = 3\n[optimizer]\nlearning_rate = 4\n",
                 "my.toml, line 3: key 'optimizer.learning_rate' is given twice; 'lr' is the same");
  expect_refusal("[train]\nepochs = 3\n[train]\nbatch = 4\n", "my.toml, line 3: ");
}

TEST(BadToml, MissingValues) {
  expect_refusal("[train]\nepochs =\nbatch = 3\n", "my.toml, line 2: ");
  expect_refusal("[run]\ndir = \"\"\n", "my.toml, line 2: run.dir has no value");
  expect_refusal("[train\nepochs = 3\n", "my.toml, line 1: ");
  expect_refusal("[train]\nepochs = \"3\n", "my.toml, line 2: ");
}

TEST(BadToml, TablesAndListsThatDoNotBelong) {
  expect_refusal("[train.epochs]\nfirst = 3\n",
                 "my.toml, line 1: train.epochs is a table; expected a whole number");
  expect_refusal("[train]\nepochs = { first = 3 }\n", "my.toml, line 2: train.epochs is a table; expected");
  expect_refusal("[train]\nepochs.first = 3\n", "my.toml, line 2: train.epochs is a table; expected");
  expect_refusal("[[train]]\nepochs = 3\n", "my.toml, line 1: key 'train' is not known");
  expect_refusal("stage = 3\n", "my.toml, line 1: stage is not a table of its own; expected [[stage]]");
  expect_refusal("[stage]\nname = \"a\"\n", "my.toml, line 2: stage is not a table of its own");
  expect_refusal("train = 3\n", "my.toml, line 1: key 'train' is not known");
  expect_refusal("[[data.augment]]\nname = \"flip\"\n", "my.toml, line 1: ");
  expect_refusal("model = \"mlp\"\nhidden = [256, \"wide\"]\n",
                 "my.toml, line 2: hidden is a list of different kinds; expected whole numbers from 1");
  expect_refusal("model = \"mlp\"\nhidden = [256, 0]\n",
                 "my.toml, line 2: hidden=256,0: expected whole numbers");
}

TEST(BadToml, StagesNameTheirNumber) {
  const std::string model = "model = \"xor\"\n";
  expect_refusal(model + "[[stage]]\nname = \"a\"\n[[stage]]\nname = \"b\"\nepochs = 0\n",
                 "my.toml, line 6: stage 2: epochs=0: expected a whole number from 1");
  expect_refusal(model + "[[stage]]\nname = \"a\"\nepohcs = 1\n",
                 "my.toml, line 4: stage 1: key 'epohcs' is not known");
  expect_refusal(model + "[[stage]]\nepochs = 1\n", "my.toml, line 2: stage 1: name= is missing");
  expect_refusal(model + "[[stage]]\nname = \"a\"\noptimizer.name = \"sgd\"\noptimizer.beta1 = 0.5\n",
                 "my.toml, line 5: stage 1: optimizer.beta1=0.5: optimizer sgd has no option 'beta1'");
}

}  // namespace
}  // namespace luge::experiment
