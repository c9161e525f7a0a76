// Bad input classes over records of named fields, as a training meets them: it stops with the sample and the
// field, before the step of the batch.
#include <gtest/gtest.h>

#include <cmath>

#include "luge/data/batches.h"
#include "luge/data/sources.h"
#include "luge/loss/loss.h"
#include "luge/nn/linear.h"
#include "luge/nn/recurrent.h"
#include "luge/nn/sequential.h"
#include "luge/optim/optimizers.h"
#include "luge/random.h"
#include "luge/train/trainer.h"
#include "support/errors.h"

namespace luge::train {
namespace {

using testing::expect_error;

// Record i: i % 3 + 1 steps of `width` numbers, and a label.
data::Dataset steps(std::int64_t count, std::int64_t width = 2, std::int64_t bad = -1) {
  std::vector<data::Record> list;
  for (std::int64_t i = 0; i < count; ++i) {
    data::HostArray input({f32, {i % 3 + 1, width}}), label({i64, {}});
    if (i == bad) input.as<float>().back() = NAN;
    label.as<std::int64_t>()[0] = i % 2;
    list.push_back({{"input", input}, {"target", label}});
  }
  return data::records(std::move(list), {{"input", {f32, {unknown, width}}}, {"target", {i64, {}}}});
}

class BadRecords : public ::testing::Test {
 protected:
  void SetUp() override { random::seed(1); }
  nn::Sequential net_ = nn::sequential(nn::GRU(4, {.last_only = true}), nn::Linear(2));
  Trainer trainer_{net_, loss::SoftmaxCrossEntropy(), optim::Adam(0.01)};

  std::vector<float> weights() const {
    std::vector<float> all;
    for (const Variable& parameter : net_.parameters()) {
      for (const float value : parameter.value().to_vector<float>()) all.push_back(value);
    }
    return all;
  }
};

TEST_F(BadRecords, C19_NotFiniteStopsBeforeTheStep) {
  trainer_.fit(steps(6).batch(3));
  const auto before = weights();
  expect_error<ValueError>([&] { trainer_.fit(steps(6, 2, 1).batch(3)); }, {"record 1", "input", "finite"});
  EXPECT_EQ(weights(), before);
}

TEST_F(BadRecords, C21_NoRecords) {
  expect_error<ValueError>([&] { trainer_.fit(steps(0).batch(3)); }, {"training data", "0 samples"});
  expect_error<ValueError>([&] { trainer_.evaluate(steps(0).batch(3)); }, {"evaluate", "0 samples"});
}

TEST_F(BadRecords, C22_FewerRecordsThanABatch) {
  EXPECT_EQ(trainer_.fit(steps(2).batch(50)).steps, 1);
  EXPECT_EQ(trainer_.evaluate(steps(2).batch(50)).samples, 2);
}

TEST_F(BadRecords, C29_AFunctionThatThrowsStopsBeforeTheStep) {
  trainer_.fit(steps(6).batch(3));
  const auto before = weights();
  const auto data = steps(6).map([](data::Record record) {
    if (record["input"].field.shape[0] == 2) record["mask"];
    return record;
  });
  for (const int workers : {0, 2}) {
    expect_error<ValueError>([&] { trainer_.fit(data.batch(3).prefetch({.workers = workers})); },
                             {"record 1", "'mask'", "input, target"});
    EXPECT_EQ(weights(), before);
  }
}

TEST_F(BadRecords, C31_OtherFieldsInTheValidation) {
  trainer_.fit(steps(6).batch(3));
  const auto before = weights();
  const auto fit = [&](const data::Dataset& validation) {
    trainer_.fit(steps(6).batch(3), {.validation = validation.batch(3)});
  };
  expect_error<ShapeError>([&] { fit(steps(6, 3)); }, {"f32[?,3]", "f32[?,2]"});
  expect_error<ShapeError>([&] { fit(steps(6).fields({"input"})); }, {"target i64[]"});
  EXPECT_EQ(weights(), before);
}

TEST_F(BadRecords, FieldsThatTheTrainingNeeds) {
  expect_error<ValueError>([&] { trainer_.fit(steps(6).fields({"input"}).batch(3)); },
                           {"target", "input f32[?,2]"});
  expect_error<ValueError>([&] { trainer_.fit(steps(6).rename("input", "frames").batch(3)); },
                           {"input", "frames"});
}

}  // namespace
}  // namespace luge::train
