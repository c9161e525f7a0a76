// Several trainings of one configuration: folds, members, what they are fitted to, and how they go on.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <map>
#include <set>

#include "luge/experiment/trainings.h"
#include "luge/io/csv.h"
#include "luge/nn/load.h"
#include "luge/ops/activation.h"
#include "luge/ops/math.h"
#include "luge/train/checkpoint_info.h"
#include "support/errors.h"
#include "support/temp_dir.h"

namespace luge {
namespace {

namespace fs = std::filesystem;
using experiment::Config;
using experiment::OneTraining;
using experiment::SettingError;
using experiment::Trainings;
using experiment::TrainingsReport;
using testing::expect_error;
using testing::read_file;
using testing::TempDir;

// 61 rows of three kinds of different sizes; column a is the number of the row.
std::string kinds() {
  std::string table = "a,b,kind\n";
  for (int i = 0; i < 61; ++i)
    table += fmt::format("{},{},{}\n", i, i * 7 % 13,
                         i % 10 == 0        ? "rare"
                         : i * 37 % 61 < 30 ? "few"
                                            : "many");
  return table;
}

// Batch norm, dropout, averages, and updates of three batches: after four steps of an epoch one waits.
Config rich(Config config) {
  for (const auto& [key, value] : {std::pair{"model", "mlp"},
                                   {"hidden", "6"},
                                   {"normalization", "batch-norm"},
                                   {"dropout", "0.2"},
                                   {"averaging", "ema"},
                                   {"accumulate", "3"}})
    config.set(key, value);
  return config;
}

Config config_of(const TempDir& dir, std::vector<Config::Entry> more) {
  Config config = {
      {"model", "softmax-regression"}, {"epochs", "3"}, {"batch", "8"}, {"seed", "3"}, {"threads", "1"}};
  config.set("data", dir.write("kinds.csv", kinds()));
  for (const auto& [key, value] : more) config.set(key, value);
  return config;
}

TrainingsReport trained(const Config& config) {
  Trainings trainings(config);
  trainings.begin();
  return trainings.train();
}

std::multiset<float> rows_of(const data::Dataset& part) {
  std::multiset<float> rows;
  for (const data::Sample& sample : part) rows.insert(sample.input.as<float>()[0]);
  return rows;
}

experiment::Parts parts_of(Config config, const char* key, int number) {
  config.set(key, std::to_string(number));
  return experiment::training_parts(config, experiment::load_data(config));
}

TEST(Folds, EachSampleIsHeldOutOnceAndClassesKeepTheirShares) {
  const TempDir dir;
  const Config config = config_of(dir, {{"folds", "5"}, {"validation_split", "0"}});
  std::multiset<float> held;
  for (int fold = 1; fold <= 5; ++fold) {
    const experiment::Parts parts = parts_of(config, "fold", fold);
    EXPECT_EQ(parts.fit.size() + parts.valid.size(), 61);
    std::map<std::int64_t, int> counts;
    for (const data::Sample& sample : parts.valid) ++counts[sample.target.as<std::int64_t>()[0]];
    EXPECT_GE(counts[2], 1) << "one or two of the seven rare ones";
    EXPECT_LE(counts[2], 2);
    const auto fit = rows_of(parts.fit);
    for (const float row : rows_of(parts.valid)) {
      EXPECT_FALSE(fit.contains(row)) << row;
      held.insert(row);
    }
  }
  EXPECT_EQ(held.size(), 61u);
  EXPECT_EQ(std::set<float>(held.begin(), held.end()).size(), 61u);
}

TEST(Folds, TheSeedDecides) {
  const TempDir dir;
  const Config config = config_of(dir, {{"folds", "5"}});
  Config other = config;
  other.set("seed", "4");
  EXPECT_EQ(rows_of(parts_of(config, "fold", 1).fit), rows_of(parts_of(config, "fold", 1).fit));
  EXPECT_NE(rows_of(parts_of(config, "fold", 1).fit), rows_of(parts_of(other, "fold", 1).fit));
}

// Mean and deviation of what a fold does not hold out, and not of all.
TEST(Folds, InputsAreScaledByTheTrainingPartOfTheFold) {
  const TempDir dir;
  Config config = config_of(dir, {{"folds", "4"}});
  std::set<float> offsets;
  for (int fold = 1; fold <= 4; ++fold) {
    config.set("fold", std::to_string(fold));
    const experiment::Run run(config);
    double sum = 0;
    const auto raw = rows_of(experiment::training_parts(config, run.data()).fit);
    for (const float row : raw) sum += row;
    const float offset = run.trainer().net().metadata().offset.at(0);
    EXPECT_NEAR(offset, sum / static_cast<double>(raw.size()), 1e-4);
    offsets.insert(offset);
  }
  EXPECT_GT(offsets.size(), 1u);
}

TEST(Folds, AValidationSplitIsTakenFromTheTrainingPart) {
  const TempDir dir;
  const experiment::Parts parts =
      parts_of(config_of(dir, {{"folds", "5"}, {"validation_split", "0.25"}}), "fold", 2);
  ASSERT_TRUE(parts.held_out.has_value());
  EXPECT_EQ(parts.fit.size() + parts.valid.size() + parts.held_out->size(), 61);
  std::multiset<float> all = rows_of(parts.fit);
  for (const data::Dataset& part : {parts.valid, *parts.held_out}) all.merge(rows_of(part));
  EXPECT_EQ(std::set<float>(all.begin(), all.end()).size(), 61u);
  EXPECT_FALSE(parts_of(config_of(dir, {{"folds", "5"}}), "fold", 2).held_out.has_value());
}

double figure(const train::Logs& logs, const std::string& name) { return train::value_of(logs, name); }

TEST(Folds, MeanAndDeviationAreThoseOfTheRows) {
  const TempDir dir;
  const TrainingsReport report = trained(config_of(dir, {{"folds", "4"}, {"run.dir", dir.file("cv")}}));
  ASSERT_EQ(report.trainings.size(), 4u);
  double sum = 0, squares = 0;
  std::int64_t held = 0;
  for (const OneTraining& one : report.trainings) {
    sum += figure(one.figures, "val_accuracy");
    held += one.held_out;
    EXPECT_EQ(one.figures, one.report.history.epochs.back().logs);
  }
  EXPECT_EQ(held, 61);
  for (const OneTraining& one : report.trainings)
    squares += std::pow(figure(one.figures, "val_accuracy") - sum / 4, 2);
  bool found = false;
  for (const experiment::Spread& spread : report.spreads) {
    if (spread.name != "val_accuracy") continue;
    found = true;
    EXPECT_NEAR(spread.mean, sum / 4, 1e-12);
    EXPECT_NEAR(spread.deviation, std::sqrt(squares / 3), 1e-12);
  }
  EXPECT_TRUE(found);
  io::CsvReader rows(dir.file("cv/folds.csv"));
  std::vector<std::string> names;
  while (rows.next()) names.emplace_back(rows.field(0));
  EXPECT_EQ(names,
            (std::vector<std::string>{"fold-01", "fold-02", "fold-03", "fold-04", "mean", "deviation"}));
}

TEST(Folds, TheChosenNetworkIsMeasuredOnceOnWhatWasHeldOut) {
  const TempDir dir;
  const TrainingsReport report =
      trained(config_of(dir, {{"folds", "3"}, {"validation_split", "0.2"}, {"run.dir", dir.file("cv")}}));
  for (const OneTraining& one : report.trainings) {
    EXPECT_GE(figure(one.figures, "held_out_accuracy"), 0);
    EXPECT_NE(figure(one.figures, "held_out_loss"), figure(one.figures, "val_loss"));
  }
}

// What a kill leaves: fold 3 has done one of its three epochs, the folds after it have not begun.
void break_off(const fs::path& folder, const std::vector<std::string>& done, const std::string& broken,
               const Config& config) {
  Config one = config;
  one.set("run.dir", folder.string());
  Trainings trainings(one);
  trainings.begin();
  std::int64_t steps = 0;
  class Count final : public train::Callback {
   public:
    explicit Count(std::int64_t& steps) : steps_(steps) {}
    void step_end(train::Fit&) override { ++steps_; }

   private:
    std::int64_t& steps_;
  };
  std::string now;
  trainings.train(
      [&](const std::string& name) {
        now = name;
        steps = 0;
        return std::vector<train::CallbackRef>{std::make_shared<Count>(steps)};
      },
      [&] { return now == broken && steps >= 4; });
  ASSERT_EQ(now, broken);
  ASSERT_TRUE(train::checkpoint_info((folder / done.back() / "checkpoints/last.safetensors").string()));
}

void expect_same(const fs::path& a, const fs::path& b, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    for (const char* file : {"checkpoints/last.safetensors", "checkpoints/best.safetensors"})
      EXPECT_TRUE(read_file(a / name / file) == read_file(b / name / file)) << name << "/" << file;
  }
}

TEST(Folds, GoOnBitForBit) {
  const TempDir dir;
  const Config config = rich(config_of(dir, {{"folds", "4"}}));
  Config straight = config;
  straight.set("run.dir", dir.file("straight"));
  trained(straight);
  break_off(dir.path() / "broken", {"fold-01", "fold-02"}, "fold-03", config);
  EXPECT_FALSE(fs::exists(dir.path() / "broken/fold-04"));
  EXPECT_TRUE(Trainings::in(dir.path() / "broken"));
  EXPECT_FALSE(Trainings::in(dir.path() / "broken/fold-01"));
  const TrainingsReport report = Trainings::resume(dir.path() / "broken").train();
  ASSERT_EQ(report.trainings.size(), 4u);
  EXPECT_EQ(report.trainings[0].report.new_steps, 0) << "what is finished is not trained again";
  EXPECT_GT(report.trainings[2].report.new_steps, 0);
  EXPECT_LT(report.trainings[2].report.new_steps, report.trainings[3].report.new_steps);
  expect_same(dir.path() / "straight", dir.path() / "broken", {"fold-01", "fold-02", "fold-03", "fold-04"});
  EXPECT_EQ(read_file(dir.file("straight/folds.csv")), read_file(dir.file("broken/folds.csv")));
}

TEST(Folds, MoreEpochsAreForAllOfThem) {
  const TempDir dir;
  trained(config_of(dir, {{"folds", "3"}, {"run.dir", dir.file("cv")}}));
  const TrainingsReport report = Trainings::resume(dir.path() / "cv", {{"epochs", "5"}}).train();
  for (const OneTraining& one : report.trainings) EXPECT_EQ(one.report.history.epochs.size(), 5u);
  trained(config_of(dir, {{"folds", "3"}, {"epochs", "5"}, {"run.dir", dir.file("straight")}}));
  expect_same(dir.path() / "straight", dir.path() / "cv", {"fold-01", "fold-02", "fold-03"});
}

TEST(Folds, EachRunsItsStages) {
  const TempDir dir;
  const std::string file = dir.write("stages.toml",
                                     "[[stage]]\nname = \"first\"\nepochs = 1\n[[stage]]\nname = "
                                     "\"second\"\nepochs = 2\n");
  Config config = config_of(dir, {{"folds", "3"}, {"run.dir", dir.file("cv")}});
  config.take_file(file);
  for (const OneTraining& one : trained(config).trainings) {
    ASSERT_EQ(one.report.history.epochs.size(), 3u);
    EXPECT_EQ(one.report.history.epochs.back().stage, "second");
  }
  EXPECT_EQ(Trainings::resume(dir.path() / "cv").train().trainings[0].report.new_steps, 0);
}

TEST(Folds, RefuseWhatTheyCannotDo) {
  const TempDir dir;
  const auto refuse = [&](std::vector<Config::Entry> more, std::initializer_list<std::string> parts) {
    expect_error<SettingError>([&] { Trainings(config_of(dir, more)); }, parts);
  };
  refuse({{"folds", "1"}}, {"folds=1", "from 2"});
  refuse({{"folds", "62"}}, {"folds=62", "2 to 61"});
  refuse({}, {"data.folds=", "ensemble.members="});
  refuse({{"folds", "3"}, {"ensemble", "2"}}, {"ensemble=2", "folds=3", "choose one"});
  refuse({{"folds", "3"}, {"data", "xor"}}, {"folds=3", "xor holds all cases"});
  expect_error<SettingError>(
      [&] {
        experiment::Run(config_of(dir, {{"folds", "3"}}));
      },
      {"folds=3", "experiment::Trainings", "fold=1"});
  expect_error<SettingError>(
      [&] {
        experiment::Run(config_of(dir, {{"folds", "3"}, {"fold", "4"}}));
      },
      {"fold=4", "1 to 3"});
  expect_error<SettingError>(
      [&] {
        experiment::Run(config_of(dir, {{"fold", "2"}}));
      },
      {"fold=2", "folds= with it"});
  expect_error<StateError>([&] { Trainings(config_of(dir, {{"folds", "3"}})).train(); }, {"begin()"});
}

// ---- members

TEST(Members, ShareTheValidationPartAndDrawTheirOwnSamples) {
  const TempDir dir;
  const Config config = config_of(dir, {{"ensemble", "3"}, {"validation_split", "0.2"}});
  const experiment::Parts first = parts_of(config, "member", 1), second = parts_of(config, "member", 2);
  EXPECT_EQ(rows_of(first.valid), rows_of(second.valid));
  EXPECT_NE(rows_of(first.fit), rows_of(second.fit));
  const auto drawn = rows_of(first.fit), rest = rows_of(*first.held_out), all = rows_of(*first.fitted_to),
             valid = rows_of(first.valid);
  EXPECT_EQ(drawn.size(), all.size());
  std::set<float> covered(drawn.begin(), drawn.end());
  EXPECT_LT(covered.size(), all.size()) << "drawn with repetition";
  for (const float row : rest) EXPECT_TRUE(covered.insert(row).second) << row << " was drawn and held out";
  EXPECT_EQ(covered, std::set<float>(all.begin(), all.end()));
  for (const float row : valid) EXPECT_FALSE(covered.contains(row)) << row;
}

TEST(Members, AreScaledInOneWay) {
  const TempDir dir;
  Config config = config_of(dir, {{"ensemble", "2"}});
  std::vector<float> offsets;
  for (const char* member : {"1", "2"}) {
    config.set("member", member);
    offsets.push_back(experiment::Run(config).trainer().net().metadata().offset.at(0));
  }
  EXPECT_EQ(offsets[0], offsets[1]);
}

TEST(Members, WithoutBootstrapDifferInTheirWeights) {
  const TempDir dir;
  Config config =
      config_of(dir, {{"ensemble", "2"}, {"bootstrap", "false"}, {"model", "mlp"}, {"hidden", "4"}});
  EXPECT_EQ(rows_of(parts_of(config, "member", 1).fit), rows_of(parts_of(config, "member", 2).fit));
  std::vector<std::vector<float>> weights;
  for (const char* member : {"1", "2"}) {
    config.set("member", member);
    weights.push_back(experiment::Run(config)
                          .trainer()
                          .net()
                          .named_parameters()
                          .front()
                          .variable.value()
                          .to_vector<float>());
  }
  EXPECT_NE(weights[0], weights[1]);
}

TEST(Members, TheFileAveragesProbabilities) {
  const TempDir dir;
  const TrainingsReport report = trained(config_of(dir, {{"ensemble", "3"}, {"run.dir", dir.file("bag")}}));
  ASSERT_TRUE(report.ensemble.has_value());
  EXPECT_EQ(report.ensemble->model, dir.path() / "bag/checkpoints/best.safetensors");
  const nn::Loaded all = nn::load(report.ensemble->model.string());
  const Tensor x = tensor<float>({0.5f, -1, 2, 0.1f}, Shape{2, 2});
  std::vector<double> sums(6);
  for (const OneTraining& one : report.trainings) {
    const nn::Loaded member = nn::load((one.report.folder / "checkpoints/best.safetensors").string());
    const auto own = softmax(member(x)).to_vector<float>();
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += own[i] / 3.0;
  }
  const auto found = softmax(all(x)).to_vector<float>();
  for (std::size_t i = 0; i < sums.size(); ++i) EXPECT_NEAR(found[i], sums[i], 1e-6);
  EXPECT_EQ(all.metadata().classes, (std::vector<std::string>{"few", "many", "rare"}));
  EXPECT_GE(figure(report.ensemble->figures, "accuracy"), 0);
  EXPECT_GT(report.ensemble->out_of_bag_samples, 30);
  EXPECT_LE(report.ensemble->out_of_bag_samples, 55);
}

// The weights for evaluation of each member are in the file, too.
TEST(Members, AveragesOverTheTrainingAreKept) {
  const TempDir dir;
  const TrainingsReport report =
      trained(config_of(dir, {{"ensemble", "2"}, {"averaging", "ema"}, {"run.dir", dir.file("bag")}}));
  const nn::Loaded all = nn::load(report.ensemble->model.string());
  const Tensor x = tensor<float>({0.5f, -1, 2, 0.1f}, Shape{2, 2});
  const nn::Loaded first =
      nn::load((report.trainings[0].report.folder / "checkpoints/best.safetensors").string());
  const auto a = all.entry("member-1")({{"input", x}}).begin()->second.to_vector<float>(),
             b = first(x).to_vector<float>();
  EXPECT_EQ(a, b);
  EXPECT_FALSE(first.eval_weights().empty());
}

TEST(Members, GoOnBitForBit) {
  const TempDir dir;
  const Config config = rich(config_of(dir, {{"ensemble", "3"}}));
  Config straight = config;
  straight.set("run.dir", dir.file("straight"));
  trained(straight);
  break_off(dir.path() / "broken", {"member-1"}, "member-2", config);
  EXPECT_FALSE(fs::exists(dir.path() / "broken/checkpoints/best.safetensors"));
  Trainings::resume(dir.path() / "broken").train();
  expect_same(dir.path() / "straight", dir.path() / "broken", {"member-1", "member-2", "member-3"});
  const char* all = "checkpoints/best.safetensors";
  EXPECT_TRUE(read_file(dir.path() / "straight" / all) == read_file(dir.path() / "broken" / all));
  EXPECT_EQ(read_file(dir.file("straight/members.csv")), read_file(dir.file("broken/members.csv")));
}

TEST(Members, OfNumbersAreAveragedToo) {
  const TempDir dir;
  std::string table = "x,y\n";
  for (int i = 0; i < 60; ++i)
    table += fmt::format("{},{}\n", i / 10.0, 2.5 * i / 10.0 + (i * 7 % 5) / 10.0 + 0.05);
  Config config = {{"model", "linear-regression"}, {"epochs", "5"}, {"ensemble", "2"}};
  config.set("data", dir.write("line.csv", table));
  config.set("run.dir", dir.file("bag"));
  const TrainingsReport report = trained(config);
  EXPECT_GE(figure(report.ensemble->figures, "loss"), 0);
  EXPECT_LE(figure(report.ensemble->out_of_bag, "r2"), 1);
  const nn::Loaded all = nn::load(report.ensemble->model.string());
  const Tensor x = tensor<float>({0.5f}, Shape{1, 1});
  double sum = 0;
  for (const OneTraining& one : report.trainings)
    sum += nn::load((one.report.folder / "checkpoints/best.safetensors").string())(x).item<float>() / 2.0;
  EXPECT_NEAR(all(x).item<float>(), sum, 1e-5);
}

TEST(Members, RefuseWhatTheyCannotDo) {
  const TempDir dir;
  expect_error<SettingError>(
      [&] {
        Trainings(config_of(dir, {{"ensemble", "1"}}));
      },
      {"ensemble=1", "from 2"});
  expect_error<SettingError>(
      [&] {
        experiment::Run(config_of(dir, {{"member", "1"}}));
      },
      {"member=1", "ensemble= with it"});
  expect_error<SettingError>(
      [&] {
        experiment::Run(config_of(dir, {{"bootstrap", "false"}}));
      },
      {"bootstrap=false", "ensemble= with it"});
}

// ---- how much of the data

TEST(Limit, UsesAsManySamplesEachClassInItsShare) {
  const TempDir dir;
  const Config config = config_of(dir, {{"limit", "20"}, {"validation_split", "0"}});
  const experiment::Parts parts = experiment::training_parts(config, experiment::load_data(config));
  EXPECT_EQ(parts.fit.size(), 20);
  std::map<std::int64_t, int> counts;
  for (const data::Sample& sample : parts.fit) ++counts[sample.target.as<std::int64_t>()[0]];
  EXPECT_GE(counts[2], 2) << "seven of 61 are rare";
  EXPECT_LE(counts[2], 3);
  const Config more = config_of(dir, {{"limit", "1000"}, {"validation_split", "0"}});
  EXPECT_EQ(experiment::training_parts(more, experiment::load_data(more)).fit.size(), 61);
}

}  // namespace
}  // namespace luge
