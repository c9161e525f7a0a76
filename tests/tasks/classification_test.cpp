// Classification, with one label and with several.
#include <cmath>

#include "luge/error.h"
#include "luge/nn/activation.h"
#include "luge/nn/linear.h"
#include "luge/nn/sequential.h"
#include "luge/random.h"
#include "support/errors.h"
#include "tasks/trained.h"

namespace luge::tasks {
namespace {

using testing::expect_error;
using testing::host;

nn::Model mlp(std::int64_t outputs) {
  return nn::sequential(nn::Linear(16), nn::Tanh(), nn::Linear(outputs));
}

// Points of three sectors of a ring, far from 0 so that scaling matters.
data::HostArray point(double angle) {
  return host<float>(f32, {2},
                     {static_cast<float>(100 + std::cos(angle)), static_cast<float>(3 * std::sin(angle))});
}

std::vector<data::Record> sectors(std::int64_t classes) {
  std::vector<data::Record> list;
  for (std::int64_t i = 0; i < 96; ++i) {
    const double share = static_cast<double>(i) / 96;
    const auto label = static_cast<std::int64_t>(share * static_cast<double>(classes));
    list.push_back({{"input", point(6.283 * share)}, {"target", host<std::int64_t>(i64, {}, {label})}});
  }
  return list;
}

TEST(Classification, TellsClassesApart) {
  random::seed(1);
  const auto result = testing::trained(make("classification"), mlp(3), data::records(sectors(3)), 30, 0.03);
  EXPECT_LT(result.loss(29), result.loss(0) / 3);
  EXPECT_GT(result.figure(29, "accuracy"), 0.9);
  const auto answers = testing::interpreted(result, {{{"input", point(1.0)}}, {{"input", point(3.1)}}});
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_EQ(answers[0]["label"].as<std::int64_t>()[0], 0);
  EXPECT_EQ(answers[1]["label"].as<std::int64_t>()[0], 1);
  EXPECT_EQ(answers[1]["label_name"].text(), "1");
  const auto p = answers[0]["probabilities"].as<float>();
  ASSERT_EQ(p.size(), 3u);
  EXPECT_NEAR(p[0] + p[1] + p[2], 1, 1e-5);
  EXPECT_EQ(answers[0]["probability"].as<float>()[0], p[0]);
}

TEST(Classification, TellsTwoClassesApartWithOneOutput) {
  random::seed(1);
  const train::TaskRef task = make("classification", {.loss = "binary-cross-entropy"});
  const auto result = testing::trained(task, mlp(1), data::records(sectors(2)), 30, 0.03);
  EXPECT_LT(result.loss(29), result.loss(0) / 2);
  EXPECT_GT(result.figure(29, "accuracy"), 0.9);
  const auto answers = testing::interpreted(result, {{{"input", point(1.5)}}, {{"input", point(4.7)}}});
  EXPECT_EQ(answers[0]["label"].as<std::int64_t>()[0], 0);
  EXPECT_EQ(answers[1]["label"].as<std::int64_t>()[0], 1);
  EXPECT_EQ(answers[1]["probabilities"].as<float>().size(), 2u);
}

TEST(Classification, NamesClassesThatTheFileNames) {
  nn::Metadata metadata;
  metadata.task = "classification";
  metadata.task_options = make("classification")->options();
  metadata.classes = {"cat", "dog"};
  const Learned learned = of(metadata);
  ASSERT_TRUE(learned.task) << learned.why;
  data::HostBatch batch;
  batch.rows = 2;
  const auto nan = std::nanf("");
  const auto answers =
      learned.task->interpret({{"output", tensor(std::vector<float>{0, 5, nan, 0}, {2, 2})}}, batch);
  EXPECT_EQ(answers[0]["label_name"].text(), "dog");
  EXPECT_EQ(answers[1]["label"].as<std::int64_t>()[0], -1) << "NaN is no class";
}

TEST(Classification, SaysHowManyOutputsItNeeds) {
  data::Info info;
  info.name = "animals";
  info.fields = {{"input", {f32, {2}}}, {"target", {i64, {}}}};
  EXPECT_EQ(make("classification")->outputs(info), std::nullopt);
  info.classes = {"cat", "dog", "cow"};
  EXPECT_EQ(make("classification")->outputs(info), 3);
  const train::TaskRef binary = make("classification", {.loss = "binary-cross-entropy"});
  expect_error<ValueError>([&] { binary->outputs(info); }, {"3 classes", "1 output"});
  info.classes.pop_back();
  EXPECT_EQ(binary->outputs(info), 1);
}

TEST(BadInput, C23_LabelsThatAreNotClasses) {
  std::vector<data::Record> list = sectors(3);
  list[5].set("target", host<std::int64_t>(i64, {}, {3}));
  train::Trainer trainer(mlp(3), make("classification"), optim::Adam(0.1));
  expect_error<IndexError>([&] { trainer.fit(data::records(list).batch(16)); },
                           {"record 5", "label 3", "0 to 2"});
  std::vector<data::Record> without = {{{"input", point(1)}}};
  expect_error<ValueError>(
      [&] {
        const train::TaskRef task = make("classification");
        train::check_needs(task->name(), task->needs(), data::records(without).info());
      },
      {"classification", "'target'", "label"});
}

// Which of three numbers are positive.
std::vector<data::Record> signs() {
  std::vector<data::Record> list;
  for (std::int64_t i = 0; i < 64; ++i) {
    std::vector<float> x;
    std::vector<std::int64_t> labels;
    for (std::int64_t k = 0; k < 3; ++k) {
      x.push_back(static_cast<float>((i * (2 * k + 3)) % 17) - 8);
      if (x.back() > 0) labels.push_back(k);
    }
    list.push_back({{"input", host(f32, {3}, x)},
                    {"target", host(i64, {static_cast<std::int64_t>(labels.size())}, labels)}});
  }
  return list;
}

TEST(MultiLabel, TellsWhichLabelsASampleHas) {
  random::seed(1);
  const train::TaskRef task = make("multi-label", {.values = {{"threshold", 0.4}}});
  const data::Dataset data = data::records(signs());
  EXPECT_EQ(task->outputs(task->recipe(data).fit(data).training(data).info()), 3);
  const auto result = testing::trained(task, mlp(3), data, 40, 0.03);
  EXPECT_LT(result.loss(39), result.loss(0) / 3);
  EXPECT_GT(result.figure(39, "accuracy"), 0.9) << "of each yes or no";
  const auto answers = testing::interpreted(result, {{{"input", host<float>(f32, {3}, {7, -7, 7})}},
                                                     {{"input", host<float>(f32, {3}, {-7, -7, -7})}}});
  EXPECT_EQ(answers[0]["label_names"].text(), "0, 2");
  EXPECT_EQ(answers[0]["labels"].as<std::int64_t>().size(), 2u);
  EXPECT_EQ(answers[0]["probabilities"].as<float>().size(), 3u);
  EXPECT_EQ(answers[1]["labels"].as<std::int64_t>().size(), 0u);
  EXPECT_EQ(answers[1]["label_names"].text(), "");
}

TEST(BadInput, C23_ListsWithLabelsThatAreNotClasses) {
  std::vector<data::Record> list = signs();
  list[3].set("target", host<std::int64_t>(i64, {1}, {-1}));
  const data::Dataset data = data::records(list);
  const data::Recipe recipe = make("multi-label")->recipe(data).fit(data);
  expect_error<IndexError>([&] { recipe.training(data).record(3); }, {"record 3", "label -1", "0 to 2"});
  expect_error<options::OptionError>([] { make("multi-label", {.values = {{"threshold", 2}}}); }, {"threshold is 2"});
  expect_error<ValueError>([] { make("multi-label", {.loss = "softmax-cross-entropy"}); }, {"one label"});
}

}  // namespace
}  // namespace luge::tasks
