// Class weights that follow from the data, and weights of samples from a column of a table.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "luge/data/sources.h"
#include "luge/experiment/run.h"
#include "luge/ops/shape.h"
#include "support/errors.h"
#include "support/temp_dir.h"

namespace luge {
namespace {

using experiment::Config;
using experiment::SettingError;
using testing::expect_error;
using testing::TempDir;

// 30 of one class and 10 of another, which overlap.
std::string uneven() {
  std::string table = "a,b,kind\n";
  for (int i = 0; i < 40; ++i) table += fmt::format("{},{},{}\n", i % 9, i % 7, i % 4 == 0 ? "few" : "many");
  return table;
}

Config config_of(const std::string& data, std::vector<Config::Entry> more) {
  Config config = {{"model", "softmax-regression"}, {"epochs", "4"},      {"batch", "64"},
                   {"validation_split", "0"},       {"shuffle", "false"}, {"threads", "1"}};
  config.set("data", data);
  for (const auto& [key, value] : more) config.set(key, value);
  return config;
}

double last_loss(const Config& config) {
  return train::value_of(experiment::Run(config).fit().epochs.back().logs, "loss");
}

TEST(BalancedClasses, AreCountedInTheTrainingPart) {
  const TempDir dir;
  std::string told;
  const Config config = config_of(dir.write("uneven.csv", uneven()),
                                  {{"loss.class_weights", "balanced"}, {"loss", "softmax-cross-entropy"}});
  const experiment::Run run(config, {.tell = [&](const std::string& line) { told += line + "\n"; }});
  EXPECT_EQ(run.config().text("loss.class_weights"), "2,0.6666666666666666");
  EXPECT_NE(told.find("few 2 (10 samples), many 0.6667 (30 samples)"), std::string::npos) << told;
}

TEST(BalancedClasses, TrainAsTheNumbersDo) {
  const TempDir dir;
  const std::string table = dir.write("uneven.csv", uneven());
  const double balanced = last_loss(config_of(table, {{"loss.class_weights", "balanced"}}));
  EXPECT_EQ(balanced, last_loss(config_of(table, {{"loss.class_weights", "2,0.6666666666666666"}})));
  EXPECT_NE(balanced, last_loss(config_of(table, {})));
}

TEST(BalancedClasses, RefuseDataWithoutClasses) {
  const TempDir dir;
  const data::Dataset numbers = data::tensors(zeros({6, 2}, f32), zeros({6, 1}, f32));
  expect_error<SettingError>(
      [&] {
        experiment::Run(
            {{"model", "mlp"}, {"loss", "softmax-cross-entropy"}, {"loss.class_weights", "balanced"}},
            {.data = experiment::DataSet{"numbers", numbers}});
      },
      {"class_weights=balanced", "does not have one class"});
  expect_error<SettingError>(
      [&] {
        experiment::Run(config_of(dir.write("t.csv", uneven()), {{"loss.class_weights", "even"}}));
      },
      {"class_weights=even"});
}

std::string weighted(const std::string& first) {
  std::string table = "a,w,b,kind\n";
  for (int i = 0; i < 24; ++i)
    table +=
        fmt::format("{},{},{},{}\n", i % 5, i == 0 ? first : std::string("1"), i % 7, i % 3 == 0 ? "x" : "y");
  return table;
}

std::vector<Config::Entry> by_column(std::vector<Config::Entry> more = {}) {
  more.emplace_back("data.weights", "w");
  more.emplace_back("normalize", "none");
  return more;
}

TEST(SampleWeights, AColumnOfTheTableIsNoInput) {
  const TempDir dir;
  const experiment::Run run(config_of(dir.write("w.csv", weighted("3")), by_column()));
  EXPECT_EQ(run.data().train.info().features, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(run.parts().fit.record(0)["weight"].as<float>()[0], 3);
  EXPECT_EQ(run.trainer().net().metadata().input, Shape({2}));
}

// A row of weight 2 is as good as two rows, and one of weight 0 as none.
TEST(SampleWeights, CountAsRepetitionsDo) {
  const TempDir dir;
  const double twice = last_loss(config_of(dir.write("a.csv", weighted("2")), by_column()));
  std::string repeated = weighted("1");
  repeated += repeated.substr(repeated.find('\n') + 1, repeated.find('\n', 12) - repeated.find('\n'));
  EXPECT_NEAR(twice, last_loss(config_of(dir.write("b.csv", repeated), by_column())), 1e-6);
  const double none = last_loss(config_of(dir.write("c.csv", weighted("0")), by_column()));
  std::string without = weighted("1");
  without.erase(without.find('\n') + 1, without.find('\n', 12) - without.find('\n'));
  EXPECT_NEAR(none, last_loss(config_of(dir.write("d.csv", without), by_column())), 1e-6);
  EXPECT_NE(none, twice);
}

TEST(SampleWeights, RefuseWhatIsNoWeight) {
  const TempDir dir;
  const auto load = [&](const std::string& table, const std::string& column) {
    data::csv(dir.write("bad.csv", table), {.target = "kind", .weights = column});
  };
  expect_error<FormatError>([&] { load(weighted("-1"), "w"); },
                            {"bad.csv:2", "-1", "column 'w'", "0 or more"});
  expect_error<FormatError>([&] { load(weighted("nan"), "w"); }, {"bad.csv:2", "\"w\""});
  expect_error<FormatError>([&] { load("a,w,kind\n1,0,x\n2,0,y\n", "w"); }, {"'w'", "all 0"});
  expect_error<ValueError>([&] { load(weighted("1"), "kind"); }, {"'kind' is the target"});
  expect_error<ValueError>([&] { load("w,kind\n1,x\n2,y\n", "w"); }, {"no columns besides"});
  expect_error<ValueError>([&] { load(weighted("1"), "9"); }, {"weight column 9", "there are 4"});
  expect_error<SettingError>(
      [&] {
        experiment::Run({{"model", "xor"}, {"data.weights", "w"}});
      },
      {"weights=w", "column of a CSV table", "xor"});
}

// The mean by weight of samples that all weigh nothing would be NaN.
TEST(SampleWeights, APartThatWeighsNothingIsRefused) {
  const TempDir dir;
  std::string table = "a,w,kind\n";
  for (int i = 0; i < 20; ++i) table += fmt::format("{},{},{}\n", i, i == 7 ? 1 : 0, i % 2 ? "odd" : "even");
  const std::string path = dir.write("rare.csv", table);
  for (const char* share : {"0.2", "0.3"}) {
    expect_error<ValueError>(
        [&] {
          experiment::Run run(config_of(path, {{"data.weights", "w"}, {"validation_split", share}}));
        },
        {"rare", "samples of the", "part have the weight 0", "validation_split"});
  }
}

}  // namespace
}  // namespace luge
