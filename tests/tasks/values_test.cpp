// Tasks that learn numbers: regression, and autoencoding.
#include "luge/error.h"
#include "luge/nn/activation.h"
#include "luge/nn/flatten.h"
#include "luge/nn/linear.h"
#include "luge/nn/sequential.h"
#include "luge/random.h"
#include "support/errors.h"
#include "tasks/trained.h"

namespace luge::tasks {
namespace {

using testing::expect_error;
using testing::host;

// Prices around 50,000 that follow from two numbers, and a second number.
std::vector<data::Record> prices() {
  std::vector<data::Record> list;
  for (int i = 0; i < 64; ++i) {
    const auto a = static_cast<float>(i % 8), b = static_cast<float>(i / 8);
    list.push_back({{"input", host<float>(f32, {2}, {a, b})},
                    {"target", host<float>(f32, {2}, {50000 + 1000 * a - 500 * b, a + b})}});
  }
  return list;
}

TEST(Regression, PredictsNumbersInTheUnitsOfTheData) {
  random::seed(1);
  const train::TaskRef task = make("regression", {.values = {{"standardize", true}}});
  const data::Dataset data = data::records(prices());
  EXPECT_EQ(task->outputs(data.info()), 2);
  const auto result = testing::trained(task, nn::sequential(nn::Linear(2)), data, 60, 0.05);
  EXPECT_LT(result.loss(59), 0.01);
  EXPECT_GT(result.loss(0), 0.1);
  const auto answers = testing::interpreted(result, {{{"input", host<float>(f32, {2}, {3, 5})}}});
  const auto values = answers.at(0)["values"].as<float>();
  ASSERT_EQ(values.size(), 2u);
  EXPECT_NEAR(values[0], 50500, 250);
  EXPECT_NEAR(values[1], 8, 0.5);
}

TEST(Regression, LearnsTargetsAsTheyAreUnlessItIsToldOtherwise) {
  const data::Dataset data = data::records(prices());
  const data::Recipe recipe = make("regression")->recipe(data).fit(data);
  EXPECT_EQ(recipe.training(data).get(3).target.bytes, data.get(3).target.bytes);
  EXPECT_NE(recipe.training(data).get(3).input.bytes, data.get(3).input.bytes);
  const data::Recipe plain = make("regression", {.values = {{"scaling", "none"}}})->recipe(data).fit(data);
  EXPECT_EQ(plain.training(data).get(3).input.bytes, data.get(3).input.bytes);
}

// What a training with these options measures at its beginning.
std::vector<double> first_figures(const options::Values& values) {
  random::seed(1);
  const train::TaskRef task = make("regression", {.metrics = {{"mae", "rmse", "r2"}}, .values = values});
  const auto result =
      testing::trained(task, nn::sequential(nn::Linear(2)), data::records(prices()), 60, 0.05);
  return {result.figure(0, "mae"), result.figure(0, "rmse"), result.figure(59, "mae"),
          result.figure(59, "r2")};
}

TEST(Regression, MeasuresInTheUnitsOfTheData) {
  const std::vector<double> standardized = first_figures({{"standardize", true}});
  EXPECT_GT(standardized[0], 300) << "half of the numbers are prices, of a deviation of about 2600";
  EXPECT_GT(standardized[1], standardized[0]);
  EXPECT_LT(standardized[2], 100);
  EXPECT_GT(standardized[3], 0.9999) << "most of the variance is that prices are no sums";
  const std::vector<double> plain = first_figures({});
  EXPECT_GT(plain[0], 20000) << "outputs begin near 0";
}

TEST(BadInput, C23_ClassesAreNotComparedInARegression) {
  const train::TaskRef task = make("regression", {.metrics = {{"accuracy"}}});
  data::Info info;
  info.fields.set("target", {i64, {}});
  nn::Metadata metadata;
  for (std::size_t classes : {0, 3}) {
    info.classes.assign(classes, "a");
    expect_error<ValueError>([&] { task->describe(info, metadata); },
                             {"'accuracy'", "compares classes", "leave the metric out"});
  }
  info.classes = {"no", "yes"};
  task->describe(info, metadata);
  const train::TaskRef classes = make("classification", {.metrics = {{"rmse"}}});
  expect_error<ValueError>([&] { classes->describe(info, metadata); },
                           {"'rmse'", "compares numbers", "logits"});
  for (const char* host : {"f1", "auc-roc", "cer", "map", "mean-iou"}) {
    const train::TaskRef refused = make("regression", {.metrics = {{host}}});
    expect_error<ValueError>([&] { refused->host_metrics(); }, {"regression", host, "gives values"});
  }
}

// Pictures of one bright row or column.
std::vector<data::Record> bars() {
  std::vector<data::Record> list;
  for (int i = 0; i < 32; ++i) {
    std::vector<std::uint8_t> pixels(16);
    for (int k = 0; k < 4; ++k)
      pixels[static_cast<std::size_t>(i % 2 ? 4 * (i / 2 % 4) + k : 4 * k + i / 2 % 4)] = 200;
    list.push_back({{"input", host(u8, {1, 4, 4}, pixels)}});
  }
  return list;
}

TEST(Autoencoding, GivesItsInputBack) {
  random::seed(1);
  const train::TaskRef task = make("autoencoding");
  const data::Dataset data = data::records(bars());
  const nn::Model net = nn::sequential(nn::Flatten(), nn::Linear(8), nn::Tanh(), nn::Linear(16));
  EXPECT_EQ(task->outputs(data.info()), 16);
  const auto result = testing::trained(task, net, data, 150, 0.03);
  EXPECT_LT(result.loss(149), result.loss(0) / 10);
  const auto answers = testing::interpreted(result, {bars()[3]});
  const data::HostArray& output = answers.at(0)["output"];
  EXPECT_EQ(output.field.shape, (Shape{1, 4, 4}));
  const data::HostArray picture = bars()[3]["input"];
  const auto raw = picture.as<std::uint8_t>();
  for (std::size_t k = 0; k < raw.size(); ++k) EXPECT_NEAR(output.as<float>()[k], raw[k], 60) << k;
  EXPECT_LT(answers[0]["error"].as<float>()[0], 0.3);
}

TEST(Autoencoding, ChecksWhatALossTakes) {
  const data::Dataset data = data::records(bars());
  const train::TaskRef task =
      make("autoencoding", {.loss = "binary-cross-entropy", .values = {{"scaling", "standardize"}}});
  const nn::Model net = nn::sequential(nn::Flatten(), nn::Linear(16));
  expect_error<ValueError>([&] { testing::trained(task, net, data, 1, 0.1); },
                           {"record", "numbers from 0 to 1", "min-max"});
  const train::TaskRef scaled =
      make("autoencoding", {.loss = "binary-cross-entropy", .values = {{"scaling", "min-max"}}});
  const auto result = testing::trained(scaled, nn::sequential(nn::Flatten(), nn::Linear(16)), data, 10, 0.05);
  EXPECT_LT(result.loss(9), result.loss(0));
  expect_error<ValueError>([] { make("autoencoding", {.loss = "softmax-cross-entropy"}); }, {"labels"});
}

}  // namespace
}  // namespace luge::tasks
