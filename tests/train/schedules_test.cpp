// What changes the learning rate or the weights over a whole training: plateaus, averages, searches and the
// rate finder.
#include <gtest/gtest.h>

#include <cmath>

#include "luge/data/sources.h"
#include "luge/io/safetensors.h"
#include "luge/loss/loss.h"
#include "luge/metrics/metric.h"
#include "luge/nn/linear.h"
#include "luge/nn/load.h"
#include "luge/nn/norm.h"
#include "luge/nn/sequential.h"
#include "luge/ops/linalg.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/optim/optimizers.h"
#include "luge/random.h"
#include "luge/train/callbacks.h"
#include "luge/train/trainer.h"
#include "support/errors.h"
#include "support/temp_dir.h"

namespace luge::train {
namespace {

using testing::expect_error;
using Values = std::vector<double>;

// 24 points on a noisy line of two inputs.
data::Dataset line() {
  std::vector<float> x, y;
  for (int i = 0; i < 24; ++i) {
    const float a = static_cast<float>(i % 5) - 2, b = static_cast<float>(i % 7) / 3;
    x.insert(x.end(), {a, b});
    y.push_back(2 * a - b + 0.5f + 0.1f * static_cast<float>(i % 3));
  }
  return data::tensors(tensor(x, {24, 2}), tensor(y, {24, 1}));
}

Trainer make(const optim::Optimizer& optimizer, const TrainerOptions& options = {}) {
  random::seed(3);
  return Trainer(nn::sequential(nn::Linear(1)), loss::MSE(), optimizer, options);
}

double figure(const Logs& logs, const std::string& name) {
  for (const auto& [own, value] : logs) {
    if (own == name) return value;
  }
  ADD_FAILURE() << "no figure " << name;
  return 0;
}

// --- reduce_on_plateau

// The rates of the epochs when a figure takes these values, with PyTorch's ReduceLROnPlateau by hand.
Values rates(const Values& figures, PlateauOptions options, std::int64_t resumed_at = -1) {
  const auto value = std::make_shared<double>(0);
  const metrics::Metric told(
      {.name = "told",
       .sums = {},
       .update = [](const Tensors& sums, const Tensor&, const Tensor&) { return sums; },
       .result = [value](const Tensors&) { return scalar(*value, f64); },
       .better = metrics::Better::lower});
  struct Teller : Callback {
    std::shared_ptr<double> value;
    Values figures;
    void epoch_begin(Fit& fit) override { *value = figures[static_cast<std::size_t>(fit.epoch)]; }
  };
  options.monitor = "told";
  const testing::TempDir dir;
  Values all;
  const auto count = static_cast<std::int64_t>(figures.size());
  const auto run = [&](std::int64_t from, std::int64_t epochs) {
    Trainer trainer = make(optim::GradientDescent(1e-3), {.metrics = {told}});
    trainer.prepare(line().info());
    if (from > 0) trainer.restore(dir.file("part"));
    const auto teller = std::make_shared<Teller>();
    teller->value = value;
    teller->figures = figures;
    const History history =
        trainer.fit(line().batch(24), {.epochs = epochs, .callbacks = {teller, reduce_on_plateau(options)}});
    trainer.save(dir.file("part"));
    all.clear();
    for (const EpochRecord& each : history.epochs) all.push_back(each.learning_rate * 1e3);
  };
  if (resumed_at > 0) run(0, resumed_at);
  run(std::max<std::int64_t>(0, resumed_at), count);
  return all;
}

void expect_rates(const Values& got, const Values& expected) {
  ASSERT_EQ(got.size(), expected.size());
  for (std::size_t k = 0; k < got.size(); ++k) EXPECT_NEAR(got[k], expected[k], 1e-12) << "epoch " << k;
}

TEST(ReduceOnPlateau, WaitsForMoreThanItsPatience) {
  expect_rates(rates({3, 2, 2, 2, 2, 2, 2}, {.factor = 0.5, .patience = 1}), {1, 1, 1, 1, 0.5, 0.5, 0.25});
  expect_rates(rates({3, 2, 1, 0.5}, {.patience = 0}), {1, 1, 1, 1});
  expect_rates(rates({3, 3, 3}, {.factor = 0.1, .patience = 0}), {1, 1, 0.1});
  // NaN is no improvement.
  expect_rates(rates({3, NAN, NAN, 2}, {.factor = 0.5, .patience = 1}), {1, 1, 1, 0.5});
}

TEST(ReduceOnPlateau, HasThresholdsCooldownAndAFloor) {
  expect_rates(rates({10, 9.5, 9.5, 9.5}, {.factor = 0.5, .patience = 0, .threshold = 0.1}),
               {1, 1, 0.5, 0.25});
  expect_rates(rates({10, 9.5, 9, 8.5}, {.factor = 0.5, .patience = 0, .threshold = 0.4, .relative = false}),
               {1, 1, 1, 1});
  expect_rates(rates({1, 1, 1, 1, 1, 1}, {.factor = 0.5, .patience = 0, .cooldown = 2}),
               {1, 1, 0.5, 0.5, 0.5, 0.25});
  expect_rates(rates({1, 1, 1, 1}, {.factor = 0.1, .patience = 0, .smallest = 5e-4}), {1, 1, 0.5, 0.5});
}

TEST(ReduceOnPlateau, IsResumed) {
  const Values figures = {3, 2, 2, 2, 2, 2, 2, 2};
  const PlateauOptions options{.factor = 0.5, .patience = 1, .cooldown = 1};
  const Values straight = rates(figures, options);
  for (std::int64_t at = 1; at < 8; ++at) expect_rates(rates(figures, options, at), straight);
}

TEST(ReduceOnPlateau, RefusesWhatMakesNoSense) {
  const auto refuses = [](const PlateauOptions& options, const char* part) {
    expect_error<ValueError>([&] { reduce_on_plateau(options); }, {"reduce_on_plateau", part});
  };
  refuses({.factor = 1}, "factor is 1");
  refuses({.patience = -1}, "patience is -1");
  refuses({.threshold = -1}, "threshold is -1");
  refuses({.cooldown = -1}, "cooldown is -1");
  refuses({.smallest = -1}, "smallest is -1");
  expect_error<ValueError>(
      [] { make(optim::Adam()).fit(line().batch(24), {.callbacks = {reduce_on_plateau()}}); },
      {"reduce_on_plateau", "val_loss"});
}

// --- averages

// The averages after each of six updates with the values 1 … 6: what a checkpoint holds.
Values averages(const Averaging& averaging) {
  struct Told : optim::Rule {
    std::string name() const override { return "told"; }
    Tensor update(const Tensor& w, const Tensor&, optim::Slots& slot) const override {
      return w * 0 + cast(slot.step(), w.dtype());
    }
  };
  Trainer trainer = make(optim::Optimizer(std::make_shared<Told>(), 1), {.averaging = averaging});
  struct Watch : Callback {
    Values seen;
    void step_end(Fit& fit) override {
      const Tensor zero = zeros({1, 2});
      seen.push_back(fit.trainer->predict(zero).item<double>());  // the bias
    }
  };
  const auto watch = std::make_shared<Watch>();
  trainer.fit(line().batch(4), {.callbacks = {watch}});
  return watch->seen;
}

void expect_near(const Values& got, const Values& expected) {
  ASSERT_EQ(got.size(), expected.size());
  for (std::size_t k = 0; k < got.size(); ++k) EXPECT_NEAR(got[k], expected[k], 1e-6) << k;
}

TEST(Averaging, TakesEverySoManyValuesFromItsStart) {
  expect_near(averages({.mean = true}), {1, 1.5, 2, 2.5, 3, 3.5});
  expect_near(averages({.mean = true, .start = 2}), {1, 2, 3, 3.5, 4, 4.5});
  expect_near(averages({.mean = true, .start = 1, .every = 2}), {1, 2, 2, 3, 3, 4});
  // The first shares are 9/10, 9/11 …, until they are smaller than 1 - decay.
  expect_near(averages({.decay = 0}), {1, 2, 3, 4, 5, 6});
  const Values decayed = averages({.decay = 0.25});
  double by_hand = decayed[0];  // 9/10 of the first value, and what it began with
  for (int k = 1; k < 6; ++k) {
    by_hand += std::max(0.75, 9.0 / (10 + k)) * (k + 1 - by_hand);
    EXPECT_NEAR(decayed[static_cast<std::size_t>(k)], by_hand, 1e-5);
  }
}

// Slow weights follow the fast ones, which then go on from them.
Values looked_ahead(const Averaging& averaging, bool fast) {
  struct Plus : optim::Rule {
    std::string name() const override { return "plus"; }
    Tensor update(const Tensor& w, const Tensor&, optim::Slots&) const override { return w + 1; }
  };
  random::seed(3);
  const auto net = nn::sequential(nn::Linear(1, {.init = init::zeros(), .bias_init = init::zeros()}));
  Trainer trainer(net, loss::MSE(), optim::Optimizer(std::make_shared<Plus>(), 1), {.averaging = averaging});
  struct Watch : Callback {
    Values seen;
    const nn::Module* net = nullptr;
    bool fast = false;
    void step_end(Fit& fit) override {
      seen.push_back(fast ? net->parameters()[1].value().item<double>()
                          : fit.trainer->predict(zeros({1, 2})).item<double>());
    }
  };
  const auto watch = std::make_shared<Watch>();
  watch->net = &net, watch->fast = fast;
  trainer.fit(line().batch(4), {.callbacks = {watch}});
  return watch->seen;
}

TEST(Averaging, LookaheadGoesOnFromTheAverage) {
  const Averaging twice{.decay = 0.75, .lookahead = true, .every = 2};
  expect_near(looked_ahead(twice, true), {1, 0.5, 1.5, 1, 2, 1.5});
  expect_near(looked_ahead(twice, false), {0, 0.5, 0.5, 1, 1, 1.5});
  const Averaging later{.decay = 0.75, .lookahead = true, .start = 3, .every = 2};
  expect_near(looked_ahead(later, true), {1, 2, 3, 4, 3.5, 4.5});
  expect_near(looked_ahead(later, false), {1, 2, 3, 3, 3.5, 3.5});
  // The decay grows with the third power of the share of the updates that are done.
  const Averaging rising{.decay = 0.5, .lookahead = true, .rise = 4, .every = 2};
  const double after_two = 2 * (1 - 0.5 / 8), after_four = after_two + (1 - 0.5) * 2;
  expect_near(looked_ahead(rising, false), {0, after_two, after_two, after_four, after_four, after_four + 1});
}

TEST(Averaging, LookaheadAveragesRunningStatistics) {
  random::seed(3);
  const auto net = nn::sequential(nn::Linear(3), nn::BatchNorm(), nn::Linear(1));
  Trainer trainer(net, loss::MSE(), optim::Adam(0.05),
                  {.averaging = Averaging{.decay = 0.5, .lookahead = true, .every = 3}});
  trainer.fit(line().batch(4), {.epochs = 2});  // ends with an update of the average
  std::size_t found = 0;
  const auto weights = trainer.weights();
  for (const auto& [name, variable] : weights) {
    if (!name.starts_with("average/")) continue;
    for (const auto& [other, own] : weights) {
      if (name == "average/" + other) {
        EXPECT_EQ(own.value().to_vector<double>(), variable.value().to_vector<double>()) << name;
        ++found;
      }
    }
  }
  EXPECT_EQ(found, 8u) << "six parameters and two running statistics";
}

TEST(Averaging, LookaheadNeedsExactWeights) {
  const auto net = nn::sequential(nn::Linear(1));
  const data::Dataset data = data::tensors(ones({4, 2}, bf16), ones({4, 1}, bf16));
  Trainer trainer(net, loss::MSE(), optim::Adam(), {.averaging = Averaging{.lookahead = true}});
  expect_error<DTypeError>([&] { trainer.fit(data.batch(4)); }, {"lookahead", "linear1", "float32"});
}

TEST(Averaging, RefusesWhatMakesNoSense) {
  const auto refuses = [](const Averaging& averaging, const char* part) {
    expect_error<ValueError>([&] { make(optim::Adam(), {.averaging = averaging}); }, {"Averaging", part});
  };
  refuses({.decay = 1}, "decay is 1");
  refuses({.start = -1}, "start is -1");
  refuses({.every = 0}, "every is 0");
  refuses({.rise = -1}, "rise is -1");
  refuses({.mean = true, .lookahead = true}, "lookahead and mean");
  refuses({.norm_batches = -1}, "norm_batches is -1");
}

// After many batches that are all of the data, the statistics are those of what the averaged layer gives.
TEST(Averaging, BatchNormsSeeTheAverages) {
  random::seed(3);
  const auto net = nn::sequential(nn::Linear(3), nn::BatchNorm(), nn::Linear(1));
  Trainer trainer(net, loss::MSE(), optim::Adam(0.05),
                  {.averaging = Averaging{.mean = true, .start = 4, .norm_batches = 1}});
  const testing::TempDir dir;
  trainer.fit(line().batch(24), {.epochs = 300});
  trainer.save(dir.file("net"));
  const io::SafetensorsFile file(dir.file("net"));
  const auto kept = [&](const std::string& name) {
    for (const io::StoredTensor& stored : file.tensors()) {
      if (stored.name == "average/" + name)
        return cast(tensor_from_bytes(file.read(stored.name), stored.dtype, stored.shape), f64);
    }
    throw ValueError("no average of " + name);
  };
  const Tensor x = line().batch(24).epoch(0).next()->to_tensors()[data::kInput];
  const auto parameters = net.named_parameters(), buffers = net.named_buffers();
  const Tensor given = linear(cast(x, f64), kept(parameters[0].name), kept(parameters[1].name));
  const Values means = mean(given, 0).to_vector<double>(),
               own_means = kept(buffers[0].name).to_vector<double>();
  const Values variances = var(given, 0).to_vector<double>(),
               own_variances = kept(buffers[1].name).to_vector<double>();
  for (std::size_t k = 0; k < 3; ++k) {
    EXPECT_NEAR(own_means[k], means[k], 0.02) << k;
    EXPECT_NEAR(own_variances[k], variances[k], 0.02 * variances[k]) << k;
  }
  // The file predicts with the averages and their statistics, as the trainer does.
  const Values a = nn::load(dir.file("net"))(x).to_vector<double>(),
               b = trainer.predict(x).to_vector<double>();
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 1e-5);
}

TEST(Averaging, ContinuesBitForBit) {
  const testing::TempDir dir;
  const auto trainer = [&] {
    random::seed(3);
    Trainer made(nn::sequential(nn::Linear(3), nn::BatchNorm(), nn::Linear(1)), loss::MSE(),
                 optim::Adam(0.05),
                 {.averaging = Averaging{.mean = true, .start = 4, .every = 2, .norm_batches = 2}});
    made.prepare(line().info());
    return made;
  };
  Trainer straight = trainer(), first = trainer(), second = trainer();
  const data::Batches batches = line().shuffle().batch(6);
  straight.fit(batches, {.epochs = 4});
  straight.save(dir.file("straight"));
  first.fit(batches, {.epochs = 2});
  first.save(dir.file("part"));
  second.restore(dir.file("part"));
  second.fit(batches, {.epochs = 4});
  second.save(dir.file("resumed"));
  EXPECT_EQ(testing::read_file(dir.file("straight")), testing::read_file(dir.file("resumed")));
}

// --- searches

TEST(Search, TrainsThroughTheTrainer) {
  for (const char* name : {"lbfgs", "conjugate-gradient"}) {
    Trainer trainer = make(optim::named(name, 1));
    const History history = trainer.fit(line().batch(24), {.epochs = 30, .validation = line().batch(24)});
    EXPECT_LT(history.epochs.size(), 30u) << name;
    EXPECT_EQ(history.stop_reason, std::string(name) + " has converged");
    EXPECT_NEAR(figure(history.epochs.back().logs, "val_loss"), 0.0066, 0.0005) << name;
    EXPECT_EQ(trainer.position().updates, static_cast<std::int64_t>(history.epochs.size()));
  }
}

TEST(Search, ContinuesBitForBit) {
  const testing::TempDir dir;
  for (const char* name : {"lbfgs", "conjugate-gradient"}) {
    const auto trainer = [&] {
      Trainer made = make(optim::named(name, 0.3, {{"iterations", 1}}));
      made.prepare(line().info());
      return made;
    };
    Trainer straight = trainer(), first = trainer(), second = trainer();
    straight.fit(line().batch(24), {.epochs = 5});
    straight.save(dir.file("straight"));
    first.fit(line().batch(24), {.epochs = 2});
    first.save(dir.file("part"));
    second.restore(dir.file("part"));
    second.fit(line().batch(24), {.epochs = 5});
    second.save(dir.file("resumed"));
    EXPECT_EQ(testing::read_file(dir.file("straight")), testing::read_file(dir.file("resumed"))) << name;
  }
}

TEST(Search, RefusesMiniBatchesAndAccumulation) {
  expect_error<ValueError>([] { make(optim::LBFGS()).fit(line().batch(8)); },
                           {"lbfgs needs all data", "batches of 8 of 24 samples are 3", "batch=24"});
  expect_error<ValueError>([] { make(optim::LBFGS(), {.accumulate = 2}); }, {"lbfgs", "accumulate is 2"});
}

// --- the rate finder

TEST(RateFinder, FindsWhereTheLossFallsAndChangesNothing) {
  const testing::TempDir dir;
  Trainer trainer = make(optim::Momentum(1e-3, {}, {.schedule = optim::schedule::cosine(10)}));
  trainer.fit(line().batch(24), {.epochs = 2});
  trainer.save(dir.file("before"));
  const RateCurve curve = trainer.find_rate(line().batch(24), {.from = 1e-6, .to = 1e3, .steps = 80});
  trainer.save(dir.file("after"));
  EXPECT_EQ(testing::read_file(dir.file("before")), testing::read_file(dir.file("after")));
  EXPECT_EQ(trainer.optimizer().options().schedule.name(), "cosine");
  ASSERT_TRUE(curve.suggestion);
  EXPECT_GT(*curve.suggestion, 1e-4);
  EXPECT_LT(*curve.suggestion, 1);
  EXPECT_TRUE(curve.diverged);
  EXPECT_LT(curve.trials.size(), 80u);
  for (std::size_t k = 1; k < curve.trials.size(); ++k)
    EXPECT_NEAR(curve.trials[k].rate / curve.trials[k - 1].rate, std::pow(1e9, 1.0 / 79), 1e-9);
  EXPECT_EQ(curve.trials[0].smoothed, curve.trials[0].loss);
}

TEST(RateFinder, RefusesWhatMakesNoSense) {
  const auto refuses = [](const RateFinderOptions& options, const char* part) {
    expect_error<ValueError>([&] { make(optim::Adam()).find_rate(line().batch(6), options); },
                             {"find_rate", part});
  };
  refuses({.from = 0}, "from is 0");
  refuses({.from = 1, .to = 0.5}, "to is 0.5");
  refuses({.steps = 1}, "steps is 1");
  refuses({.smoothing = 1}, "smoothing is 1");
  refuses({.diverged = 1}, "diverged is 1");
  expect_error<StateError>([] { make(optim::LBFGS()).find_rate(line().batch(24)); }, {"find_rate", "lbfgs"});
}

}  // namespace
}  // namespace luge::train
