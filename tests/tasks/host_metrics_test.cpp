// Host metrics by name: tasks that give labels measure F1, others refuse it before anything is trained.
#include <algorithm>

#include "luge/error.h"
#include "luge/nn/linear.h"
#include "luge/nn/sequential.h"
#include "luge/random.h"
#include "support/errors.h"
#include "tasks/trained.h"

namespace luge::tasks {
namespace {

using testing::expect_error;
using testing::host;

// Points on a line. Of one label: its third; of several: the thirds that are reached.
std::vector<data::Record> points(bool several) {
  std::vector<data::Record> list;
  for (std::int64_t i = 0; i < 90; ++i) {
    const auto x = static_cast<float>(i - 45) / 20;
    const std::int64_t third = i / 30;
    std::vector<std::int64_t> reached;
    for (std::int64_t label = 0; label <= third; ++label) reached.push_back(label);
    list.push_back({{"input", host<float>(f32, {2}, {x, x * x})},
                    {"target", several ? host<std::int64_t>(i64, {third + 1}, reached)
                                       : host<std::int64_t>(i64, {}, {third})}});
  }
  return list;
}

train::History fit(const train::TaskRef& task, bool several) {
  random::seed(2);
  const data::Dataset raw = data::records(points(several));
  const data::Recipe recipe = task->recipe(raw).fit(raw);
  train::Trainer trainer(nn::sequential(nn::Linear(3)), task, optim::Adam(0.1));
  return trainer.fit(recipe.training(raw).shuffle().batch(16),
                     {.epochs = 30, .validation = recipe.training(raw).batch(7)});
}

TEST(HostMetricsOfTasks, AreMeasuredByName) {
  for (const bool several : {false, true}) {
    const auto task =
        make(several ? "multi-label" : "classification", {.metrics = {{"accuracy", "f1", "recall"}}});
    const train::History history = fit(task, several);
    for (const char* name : {"val_f1", "val_f1_weighted", "val_recall"}) {
      EXPECT_EQ(history.series(name).size(), 30u) << name;
      EXPECT_GT(history.series(name).back(), 0.9) << name << ", several labels: " << several;
      EXPECT_LE(history.series(name).back(), 1) << name;
    }
    EXPECT_LT(history.series("val_f1").front(), history.series("val_f1").back());
  }
}

TEST(BadInput, C23_AMetricOfLabelsIsRefusedWhereThereAreNone) {
  const auto refused = [](const char* name, const char* metric, const char* reads) {
    const auto task = make(name, {.metrics = {{metric}}});
    expect_error<ValueError>([&] { train::Trainer(nn::sequential(nn::Linear(1)), task, optim::Adam(0.1)); },
                             {name, metric, reads, "leave the metric out"});
  };
  for (const char* name : {"regression", "autoencoding"}) refused(name, "f1", "labels");
  refused("segmentation", "auc-roc", "probabilities");
  refused("classification", "map", "boxes");
  expect_error<ValueError>(
      [] {
        make("classification", {.metrics = {{"f1", "f1x"}}});
      },
      {"'f1x'", "f1", "accuracy"});
  expect_error<ValueError>(
      [] {
        make("classification", {.metrics = {{"f1", "f1"}}});
      },
      {"f1", "named twice"});
}

}  // namespace
}  // namespace luge::tasks
