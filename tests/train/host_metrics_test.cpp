// Host metrics of a task: measured on validation data, however it is cut, and the same after a resumption.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "luge/data/sources.h"
#include "luge/loss/loss.h"
#include "luge/metrics/class_scores.h"
#include "luge/nn/linear.h"
#include "luge/nn/sequential.h"
#include "luge/ops/index.h"
#include "luge/ops/math.h"
#include "luge/ops/random.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "luge/optim/optimizers.h"
#include "luge/random.h"
#include "luge/train/task.h"
#include "luge/train/trainer.h"
#include "support/temp_dir.h"

namespace luge::train {
namespace {

const std::vector<std::string> kClasses = {"left", "middle", "right"};

// Classification with an F1 score.
class Scored final : public Task {
 public:
  std::string name() const override { return "test-scored"; }
  Needs needs() const override { return supervised_->needs(); }
  std::vector<Objective> objectives(const nn::Model& net) const override {
    return supervised_->objectives(net);
  }
  std::vector<metrics::HostMetric> host_metrics() const override { return {metrics::F1()}; }
  std::vector<data::Record> interpret(const NamedTensors& outputs,
                                      const data::HostBatch& batch) const override {
    const auto labels = argmax(outputs.begin()->second, 1).to_vector<std::int64_t>();
    std::vector<data::Record> rows;
    for (std::int64_t row = 0; row < batch.rows; ++row) {
      data::HostArray label(data::Field{i64, {}});
      label.as<std::int64_t>()[0] = labels[static_cast<std::size_t>(row)];
      rows.push_back({{"label", std::move(label)}});
    }
    return rows;
  }

 private:
  TaskRef supervised_ = supervised(loss::SoftmaxCrossEntropy());
};

// Records whose labels have names.
class Named final : public data::Source {
 public:
  explicit Named(const data::Dataset& inner) : inner_(inner.source()), info_(inner.info()) {
    info_.classes = kClasses;
  }
  std::int64_t size() const override { return inner_->size(); }
  const data::Info& info() const override { return info_; }
  void read(std::int64_t index, data::Row& row) const override { inner_->read(index, row); }
  std::string where(std::int64_t index) const override { return inner_->where(index); }

 private:
  std::shared_ptr<const data::Source> inner_;
  data::Info info_;
};

// Points whose class is the third of the line that they lie on, with some noise; few lie in the middle.
data::Dataset points() {
  random::seed(8);
  const Tensor x = random::uniform({90, 2}, -1, 1);
  const auto values =
      (slice(x, {.axis = 1, .stop = 1}) + random::uniform({90, 1}, -0.3, 0.3)).to_vector<float>();
  std::vector<std::int64_t> labels;
  for (const float value : values) labels.push_back(value < -0.1f ? 0 : value < 0.1f ? 1 : 2);
  return data::Dataset(std::make_shared<Named>(data::tensors(x, tensor(labels, {90}))));
}

struct Trained {
  nn::Model net;
  Trainer trainer;
};
Trained begin() {
  random::seed(3);
  const nn::Model net = nn::sequential(nn::Linear(3));
  return {net, Trainer(net, std::make_shared<Scored>(), optim::Adam(0.05))};
}

// The score as the definition says, from labels.
double f1_of(const nn::Model& net, const data::Dataset& data, std::int64_t label) {
  const data::Batch all = data.batch(data.size()).epoch(0).next()->to_tensors();
  const auto predicted = argmax(net(all.input), 1).to_vector<std::int64_t>(),
             actual = all.target.to_vector<std::int64_t>();
  double right = 0, taken = 0, there = 0;
  for (std::size_t n = 0; n < actual.size(); ++n) {
    right += predicted[n] == label && actual[n] == label;
    taken += predicted[n] == label;
    there += actual[n] == label;
  }
  return taken + there > 0 ? 2 * right / (taken + there) : 0;
}

TEST(HostMetrics, AreTheSameHoweverTheDataIsCut) {
  const data::Dataset data = points();
  auto [net, trainer] = begin();
  trainer.fit(data.shuffle().batch(16), {.epochs = 4});
  const Logs whole = trainer.evaluate(data.batch(90)).metrics;
  double mean = 0;
  for (std::int64_t label = 0; label < 3; ++label) {
    const double expected = f1_of(net, data, label);
    EXPECT_NEAR(value_of(whole, "f1." + kClasses[static_cast<std::size_t>(label)]), expected, 1e-12);
    mean += expected / 3;
  }
  EXPECT_NEAR(value_of(whole, "f1"), mean, 1e-12);
  EXPECT_GT(mean, 0.4);
  for (const std::int64_t batch : {1, 7, 64}) {
    const Logs parts = trainer.evaluate(data.batch(batch)).metrics;
    for (const auto& [name, value] : whole) {
      if (name == "loss") continue;
      EXPECT_EQ(value_of(parts, name), value) << name << ", batch " << batch;
    }
  }
}

TEST(HostMetrics, AreColumnsOfTheValidationAndResume) {
  const data::Dataset data = points();
  const auto batches = data.shuffle().batch(16), validation = data.batch(20);
  auto whole = begin();
  const History expected = whole.trainer.fit(batches, {.epochs = 4, .validation = validation});
  const std::vector<std::string> figures = whole.trainer.figures(true);
  for (const char* name : {"val_f1", "val_f1_weighted", "val_f1.left", "val_f1.middle", "val_f1.right"})
    EXPECT_TRUE(std::find(figures.begin(), figures.end(), name) != figures.end()) << name;
  const testing::TempDir folder;
  const std::string path = (folder.path() / "half.ckpt").string();
  auto first = begin();
  first.trainer.fit(batches, {.epochs = 2, .validation = validation});
  first.trainer.save(path);
  auto second = begin();
  second.trainer.prepare(data.info());
  second.trainer.restore(path);
  const History resumed = second.trainer.fit(batches, {.epochs = 4, .validation = validation});
  for (const char* name : {"val_f1", "val_f1.middle", "val_loss"}) {
    EXPECT_EQ(resumed.series(name), expected.series(name)) << name;
    ASSERT_EQ(resumed.series(name).size(), 4u) << name;
  }
  const auto scores = expected.series("val_f1");
  EXPECT_GT(std::set<double>(scores.begin(), scores.end()).size(), 1u);  // the score says something
  EXPECT_EQ(expected.best("val_f1").logs, expected.best("val_f1", metrics::Better::higher).logs);
}

}  // namespace
}  // namespace luge::train
