// Options of registered data sets, and configurations of earlier versions.
#include <gtest/gtest.h>

#include "luge/data/sources.h"
#include "luge/experiment/run.h"
#include "luge/ops/shape.h"
#include "support/errors.h"
#include "support/temp_dir.h"

namespace luge::experiment {
namespace {

using testing::expect_error;
using testing::TempDir;

struct LineOptions {
  std::int64_t points = 30;
  static void fields(auto& self, auto&& field) {
    field("points", self.points, "how many points", options::at_least(4));
  }
};

const bool added = add_data_set("test-line", "points on a line", [](const LineOptions& options) {
  std::vector<float> inputs;
  std::vector<std::int64_t> labels;
  for (std::int64_t i = 0; i < options.points; ++i) {
    inputs.push_back(static_cast<float>(i));
    labels.push_back(2 * i < options.points ? 0 : 1);
  }
  return DataSet{"test-line",
                 data::tensors(tensor(inputs, {options.points, 1}), tensor(labels, {options.points}))};
});

TEST(DataOptions, AreKeysOfTheTraining) {
  ASSERT_TRUE(added);
  const Config config = {{"model", "softmax-regression"}, {"data", "test-line"}, {"points", "12"}};
  EXPECT_EQ(load_data(config).train.size(), 12);
  EXPECT_EQ(load_data({{"model", "softmax-regression"}, {"data", "test-line"}}).train.size(), 30);
  const auto load = [](const std::string& data, const std::string& points) {
    return [=] { load_data({{"model", "softmax-regression"}, {"data", data}, {"data.points", points}}); };
  };
  expect_error<SettingError>(load("test-line", "3"), {"data.points=3: expected a whole number from 4"});
  expect_error<SettingError>(load("xor", "12"), {"data.points=12: data xor has no option 'points'"});
  expect_error<SettingError>(load("my.csv", "12"), {"data.points=12: data=my.csv is not one of the data"});
}

TEST(DataOptions, AreKeptWithTheRun) {
  const TempDir dir;
  Config config = {{"model", "softmax-regression"}, {"data", "test-line"}, {"points", "12"}, {"epochs", "1"}};
  config.set("run.dir", dir.file("run"));
  {
    experiment::Run run(config);
    run.begin();
    run.train();
  }
  const experiment::Run resumed = experiment::Run::resume(dir.file("run"), {{"epochs", "2"}});
  EXPECT_EQ(resumed.data().train.size(), 12);
  EXPECT_EQ(resumed.train().new_steps, 1);
}

// As versions wrote it that did not say where values come from, with lists as text.
constexpr const char* kOld = R"(
[callbacks]
checkpoint.every = 0
checkpoint.keep = 3
checkpoint.on_error = "stop"
early_stopping.min_delta = 0
early_stopping.monitor = "val_loss"
stop_at.monitor = "val_accuracy"

[data]
header = "auto"
name = "test-line"
normalize = "standardise"
separator = "auto"
shuffle = true
target = -1
task = "auto"
validation_split = 0.1
workers = "auto"

[loss]
name = "softmax-cross-entropy"

[model]
dropout = 0.1
hidden = "8,4"
name = "mlp"

[optimizer]
learning_rate = 0.001
name = "adam"

[run]
exist_ok = false

[schedule]
name = "cosine"
steps = 40
warmup_steps = 0

[train]
accumulate = 1
batch = 10
epochs = 2
limit_train_batches = 0
math = "fast"
metrics = "accuracy,top2"
precision = "f32"
seed = 0

[about]
host = "somewhere"
threads = 2
version = "0.0.9"
)";

TEST(DataOptions, ConfigurationsOfEarlierVersionsAreRead) {
  const TempDir dir;
  Config config;
  config.take_file(dir.write("config.toml", kOld));
  config.check();
  const experiment::Run run(config);
  EXPECT_EQ(run.fit().epochs.size(), 2u);
  EXPECT_EQ(run.trainer().net().parameters("linear1.weight").front().shape().to_string(), "[8,1]");
  EXPECT_EQ(run.config().all_chosen("metric").size(), 2u);
  EXPECT_EQ(run.config().text("data.normalize"), "standardize");
}

}  // namespace
}  // namespace luge::experiment
