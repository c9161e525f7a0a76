// Training on sequences of different lengths: positions beyond them count neither in the loss nor in a
// metric.
#include <gtest/gtest.h>

#include "luge/data/batches.h"
#include "luge/data/sources.h"
#include "luge/loss/loss.h"
#include "luge/nn/embedding.h"
#include "luge/nn/linear.h"
#include "luge/nn/recurrent.h"
#include "luge/nn/sequential.h"
#include "luge/optim/optimizers.h"
#include "luge/random.h"
#include "luge/train/trainer.h"
#include "support/errors.h"

namespace luge::train {
namespace {

// Record i: 1 to 6 ids, and for each the id before it as a label.
data::Dataset sequences(std::int64_t count) {
  std::vector<data::Record> list;
  for (std::int64_t i = 0; i < count; ++i) {
    data::HostArray ids({f64, {1 + i % 6}}), labels({i64, {1 + i % 6}});
    std::int64_t before = 0, id = i % 4;
    for (std::size_t k = 0; k < ids.as<double>().size(); ++k, before = id, id = (id * 3 + i) % 4)
      ids.as<double>()[k] = static_cast<double>(id), labels.as<std::int64_t>()[k] = before;
    list.push_back({{"input", ids}, {"target", labels}});
  }
  return data::records(std::move(list));
}

data::Batches padded_to(std::int64_t extent, double input, double target) {
  const auto pad = [&](double value) { return data::Collate::pad({.value = value, .buckets = {extent}}); };
  return sequences(30)
      .shuffle({.seed = 2})
      .batch(10, {.collate = {{"input", pad(input)}, {"target", pad(target)}}});
}

TEST(PaddedTraining, DoesNotDependOnThePadding) {
  const auto train = [](std::int64_t extent, double input, double target) {
    random::seed(3);
    const auto net = nn::sequential(nn::Embedding(4, 6), nn::GRU(8), nn::Linear(4));
    Trainer trainer(net, loss::SoftmaxCrossEntropy(), optim::Adam(0.03), {.metrics = {metrics::Accuracy()}});
    const auto batches = padded_to(extent, input, target);
    const History history = trainer.fit(batches, {.epochs = 12, .validation = batches});
    std::vector<double> numbers;
    for (const char* figure : {"loss", "accuracy", "val_loss", "val_accuracy"}) {
      for (const double each : history.series(figure)) numbers.push_back(each);
    }
    for (const Variable& parameter : net.parameters()) {
      for (const double each : parameter.value().to_vector<double>()) numbers.push_back(each);
    }
    EXPECT_GT(history.series("val_accuracy").back(), 0.8);
    return numbers;
  };
  const auto right = train(6, 0, 0);
  for (const auto& other : {train(12, 0, 0), train(29, 3, -1)}) {
    ASSERT_EQ(other.size(), right.size());
    for (std::size_t i = 0; i < right.size(); ++i) ASSERT_NEAR(other[i], right[i], 1e-9) << i;
  }
}

TEST(BadInput, C23_ALabelInAPaddedSequence) {
  const auto data = sequences(10).map([](data::Record record) {
    const auto labels = record["target"].as<std::int64_t>();
    if (labels.size() == 5) labels[3] = 4;
    return record;
  });
  const auto pad = data::Collate::pad({.value = -1});
  Trainer trainer(nn::sequential(nn::Embedding(4, 6), nn::GRU(8), nn::Linear(4)), loss::SoftmaxCrossEntropy(),
                  optim::GradientDescent(0.1));
  testing::expect_error<IndexError>(
      [&] {
        trainer.fit(data.batch(5, {.collate = {{"target", pad}}}));
      },
      {"record 4, position 3", "label 4", "0 to 3"});
}

TEST(PaddedTraining, ATargetForEachSequenceNeedsAnOutputForEachSequence) {
  const auto data = sequences(10).map([](data::Record record) {
    record.set("target", data::HostArray({i64, {}}));
    return record;
  });
  const auto fit = [&](bool last_only) {
    Trainer trainer(nn::sequential(nn::Embedding(4, 6), nn::GRU(8, {.last_only = last_only}), nn::Linear(4)),
                    loss::SoftmaxCrossEntropy(), optim::GradientDescent(0.1));
    trainer.fit(data.batch(5));
  };
  fit(true);
  testing::expect_error<ShapeError>([&] { fit(false); }, {"each position", "last_only"});
}

}  // namespace
}  // namespace luge::train
