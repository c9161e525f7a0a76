// Steps with several objectives: their order, their optimizers, and what is resumed.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <numbers>

#include "luge/autodiff.h"
#include "luge/compile.h"
#include "luge/data/sources.h"
#include "luge/nn/activation.h"
#include "luge/nn/linear.h"
#include "luge/nn/sequential.h"
#include "luge/ops/math.h"
#include "luge/ops/nn.h"
#include "luge/ops/random.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "luge/optim/optimizers.h"
#include "luge/random.h"
#include "luge/train/callbacks.h"
#include "luge/train/trainer.h"
#include "support/errors.h"
#include "support/temp_dir.h"

namespace luge::train {
namespace {

using testing::expect_error;
using testing::read_file;
using testing::TempDir;

// A task made of objectives.
struct Goals final : Task {
  explicit Goals(std::vector<Objective> goals, std::vector<nn::NamedVariable> own = {})
      : goals(std::move(goals)), own(std::move(own)) {}
  std::string name() const override { return "goals"; }
  std::vector<Objective> objectives(const nn::Model&) const override { return goals; }
  std::vector<nn::NamedVariable> state() const override { return own; }
  std::vector<Objective> goals;
  std::vector<nn::NamedVariable> own;
};

TaskRef task_of(std::vector<Objective> goals, std::vector<nn::NamedVariable> own = {}) {
  return std::make_shared<Goals>(std::move(goals), std::move(own));
}

// Two numbers that are pulled towards targets: small enough to follow a step by hand.
struct Pair : nn::Module {
  nn::Parameter a = parameter("a", scalar(1.0, f64)), b = parameter("b", scalar(2.0, f64));
  Tensor forward(const Tensor& x) const override { return x * a.value() + b.value(); }
};

data::Dataset numbers(std::int64_t count = 8) {
  std::vector<double> values;
  for (std::int64_t i = 0; i < count; ++i) values.push_back(0.1 * static_cast<double>(i + 1));
  return data::tensors(tensor(values, {count, 1}));
}

double value(const nn::Parameter& parameter) { return parameter.value().item<double>(); }

// a is pulled to b, and b to a, at half the distance a step.
std::vector<Objective> chase(const Pair& net, bool simultaneous) {
  return {{.name = "first",
           .loss =
               [net](const Pass&) {
                 return LossTerm::mean(square(net.a.value() - stop_gradient(net.b.value())));
               },
           .parameters = {"a"}},
          {.name = "second",
           .loss =
               [net](const Pass&) {
                 return LossTerm::mean(square(net.b.value() - stop_gradient(net.a.value())));
               },
           .parameters = {"b"},
           .simultaneous = simultaneous}};
}

TEST(Objectives, LaterOnesSeeWhatEarlierOnesUpdated) {
  const Pair net;
  Trainer trainer(net, task_of(chase(net, false)), optim::GradientDescent(0.25));
  trainer.fit(numbers(1).batch(1));
  EXPECT_EQ(value(net.a), 1.5);
  EXPECT_EQ(value(net.b), 1.75);
}

TEST(Objectives, SimultaneousOnesSeeTheSameValues) {
  const Pair net;
  Trainer trainer(net, task_of(chase(net, true)), optim::GradientDescent(0.25));
  trainer.fit(numbers(1).batch(1));
  EXPECT_EQ(value(net.a), 1.5);
  EXPECT_EQ(value(net.b), 1.5);
}

TEST(Objectives, EachIsMinimizedEverySoManyStepsAndSoOften) {
  const Pair net;
  std::vector<Objective> goals = chase(net, false);
  goals[0].repeats = 3;
  goals[1].every = 4;
  Trainer trainer(net, task_of(goals), optim::GradientDescent(0.01));
  const History history = trainer.fit(numbers(8).batch(1), {.epochs = 2});
  EXPECT_EQ(trainer.optimizer("first").steps(), 48);
  EXPECT_EQ(trainer.optimizer("second").steps(), 4);
  EXPECT_EQ(trainer.position().updates, 16);
  EXPECT_EQ(history.series("second").size(), 2u);
}

// Several batches for one update give what one large batch would, also when objectives see earlier updates.
TEST(Objectives, AccumulatedBatchesAreOneLargeBatch) {
  const auto goals = [](const Pair& net) -> std::vector<Objective> {
    return {
        {.name = "first",
         .loss = [net](const Pass& pass) { return LossTerm::mean(square(pass.output() - 3)); },
         .parameters = {"a"},
         .repeats = 2},
        {.name = "second",
         .loss = [net](const Pass& pass) { return LossTerm::mean(square(pass.output() * net.a.value())); },
         .parameters = {"b"}}};
  };
  const Pair large, small;
  Trainer by_one(large, task_of(goals(large)), optim::GradientDescent(0.1));
  Trainer by_parts(small, task_of(goals(small)), optim::GradientDescent(0.1), {.accumulate = 3});
  const History one = by_one.fit(numbers(5).batch(5), {.epochs = 4});
  const History parts = by_parts.fit(numbers(5).batch(2), {.epochs = 4});
  EXPECT_NEAR(value(large.a), value(small.a), 1e-14);
  EXPECT_NEAR(value(large.b), value(small.b), 1e-14);
  EXPECT_EQ(by_parts.position().updates, 4);
  for (const char* name : {"first", "second"}) {
    for (std::size_t epoch = 0; epoch < 4; ++epoch)
      EXPECT_NEAR(one.series(name)[epoch], parts.series(name)[epoch], 1e-14) << name;
  }
}

TEST(Objectives, ATrainingThatStopsBetweenBatchesOfOneUpdateGoesOnFromTheFirstOfThem) {
  const TempDir dir;
  const auto run = [&](std::int64_t stop) {
    const Pair net;
    const auto make = [&] {
      return Trainer(net, task_of(chase(net, false)), optim::Adam(0.1), {.accumulate = 3});
    };
    Trainer trainer = make();
    std::int64_t steps = 0;
    if (stop > 0)
      trainer.fit(numbers().batch(1),
                  {.epochs = 2, .callbacks = {stop_when([&] { return ++steps == stop; }, "test")}});
    if (stop > 0) {
      trainer.save(dir.file("part"));
      net.a.assign(scalar(9.0, f64));
      Trainer again = make();
      again.prepare(numbers().info());
      again.restore(dir.file("part"));
      again.fit(numbers().batch(1), {.epochs = 2});
      again.save(dir.file("whole"));
    } else {
      trainer.fit(numbers().batch(1), {.epochs = 2});
      trainer.save(dir.file("whole"));
    }
    return read_file(dir.file("whole"));
  };
  const std::string straight = run(0);
  for (const std::int64_t stop : {1, 2, 3, 5, 8, 10}) EXPECT_TRUE(run(stop) == straight) << stop;
}

TEST(Objectives, AnAuxiliaryLossTrainsAHeadOverAFrozenTrunk) {
  struct Heads : nn::Module {
    nn::Linear trunk = child("trunk", nn::Linear(4)), main = child("main", nn::Linear(1)),
               extra = child("extra", nn::Linear(1));
    Tensors forward(const Tensors& in) const override {
      const Tensor x = tanh(trunk(in[0]));
      return {main(x), extra(x)};
    }
    std::vector<std::string> output_names() const override { return {"main", "extra"}; }
  };
  random::seed(3);
  const Heads net;
  net.build({3});
  for (Variable parameter : net.trunk.parameters()) parameter.set_trainable(false);
  const std::vector<float> trunk = net.trunk.weight.value().to_vector<float>(),
                           head = net.extra.weight.value().to_vector<float>();
  const auto towards = [](const char* output) {
    return [output](const Pass& pass) {
      return LossTerm::mean(square(pass.outputs()[output] - pass["target"]));
    };
  };
  Trainer trainer(net,
                  task_of({{.name = "main", .loss = towards("main"), .parameters = {"trunk.*", "main.*"}},
                           {.name = "extra",
                            .loss = towards("extra"),
                            .parameters = {"trunk.*", "extra.*"},
                            .simultaneous = true}}),
                  {{"main", optim::GradientDescent(0.1)}, {"extra", optim::Adam(0.01)}});
  const Tensor x = random::normal({12, 3});
  const data::Dataset data = data::tensors(x, sum(x, 1, Keep::yes));
  const History history = trainer.fit(data.batch(4), {.epochs = 20});
  EXPECT_EQ(net.trunk.weight.value().to_vector<float>(), trunk);
  EXPECT_NE(net.extra.weight.value().to_vector<float>(), head);
  EXPECT_LT(history.series("main").back(), history.series("main").front());
  EXPECT_LT(history.series("extra").back(), history.series("extra").front());
  EXPECT_EQ(trainer.optimizer("extra").name(), "adam");
}

TEST(Objectives, WhatATaskOwnsIsCarriedSavedAndLeftAloneByEvaluation) {
  const TempDir dir;
  const Pair net;
  Variable chain(scalar(0.0, f64), "chain", {.trainable = false});
  const TaskRef task = task_of({{.loss =
                                     [net, chain](const Pass& pass) mutable {
                                       chain.assign(chain.value() * 0.5 + mean(pass.batch().input));
                                       return LossTerm::mean(square(pass.output() - chain.value()));
                                     }}},
                               {{"chain", chain}});
  Trainer trainer(net, task, optim::GradientDescent(0.1));
  trainer.fit(numbers(2).batch(1));
  EXPECT_NEAR(chain.value().item<double>(), 0.25, 1e-15);
  trainer.evaluate(numbers(2).batch(1));
  EXPECT_NEAR(chain.value().item<double>(), 0.25, 1e-15);
  trainer.save(dir.file("run"));
  chain.assign(scalar(7.0, f64));
  trainer.restore(dir.file("run"));
  EXPECT_NEAR(chain.value().item<double>(), 0.25, 1e-15);
}

TEST(Objectives, EvaluationUsesTheAveragesOfTheParameters) {
  for (const bool mean : {false, true}) {
    const Pair net;
    const TaskRef task =
        task_of({{.loss = [](const Pass& pass) { return LossTerm::mean(square(pass.output() - 3)); }}});
    Trainer trainer(net, task, optim::GradientDescent(0.1),
                    {.averaging = Averaging{.decay = 0.5, .mean = mean, .start = 1}});
    double average = 1, start = 1;
    std::int64_t t = 0;
    class Follow final : public Callback {
     public:
      explicit Follow(std::function<void()> each) : each_(std::move(each)) {}
      void step_end(Fit&) override { each_(); }

     private:
      std::function<void()> each_;
    };
    trainer.fit(numbers(6).batch(1),
                {.callbacks = {std::make_shared<Follow>([&] {
                   const double n = static_cast<double>(t++) - start;
                   const double share = n < 0 ? 1 : mean ? 1 / (n + 1) : std::max(0.5, 9 / (n + 10));
                   average += share * (value(net.a) - average);
                 })}});
    const double raw = value(net.a);
    EXPECT_NE(average, raw);
    const Tensor one = tensor({1.0}, {1, 1}), zero = tensor({0.0}, {1, 1});
    EXPECT_NEAR((trainer.predict(one) - trainer.predict(zero)).item<double>(), average, 1e-14) << mean;
    EXPECT_EQ(value(net.a), raw);
  }
}

// What a built-in step has, a step of objectives has: products in bfloat16, clipped gradients, several
// batches for one update, metrics, and a resumption that ends in the same bytes.
TEST(Objectives, HaveWhatBuiltInStepsHave) {
  const TempDir dir;
  struct Bf16 {
    Bf16() { set_precision(Precision::bf16); }
    ~Bf16() { set_precision(Precision::f32); }
  } const bf16;
  const auto make = [] {
    random::seed(7);
    const auto net = nn::sequential(nn::Linear(16), nn::Tanh(), nn::Linear(1));
    const auto far = [](double from) {
      return
          [from](const Pass& pass) { return LossTerm::mean(square(pass.output() - from * pass["target"])); };
    };
    Trainer trainer(net,
                    task_of({{.name = "one", .loss = far(1), .parameters = {"linear1.*"}},
                             {.name = "two", .loss = far(1), .parameters = {"linear2.*"}, .every = 2}}),
                    optim::Adam(0.02, {}, {.clip_global_norm = 0.5}),
                    {.metrics = {metrics::Metric(
                         {.name = "bias",
                          .sums = {{{}, f64}},
                          .update = [](const Tensors& sums, const Tensor& y,
                                       const Tensor& t) { return Tensors{sums[0] + cast(sum(y - t), f64)}; },
                          .result = [](const Tensors& sums) { return sums[0]; }})},
                     .accumulate = 2});
    return trainer;
  };
  random::seed(1);
  const Tensor x = random::normal({48, 8});
  const data::Dataset data = data::tensors(x, sum(x, 1, Keep::yes));
  const auto batches = data.shuffle({.seed = 3}).batch(8);
  Trainer straight = make();
  const History history = straight.fit(batches, {.epochs = 30, .validation = data.batch(16)});
  straight.save(dir.file("straight"));
  EXPECT_LT(history.series("one").back(), 0.2 * history.series("one").front());
  EXPECT_EQ(history.series("val_bias").size(), 30u);
  std::int64_t steps = 0;
  Trainer part = make();
  part.fit(batches, {.epochs = 30,
                     .validation = data.batch(16),
                     .callbacks = {stop_when([&] { return ++steps == 77; }, "test")}});
  part.save(dir.file("part"));
  Trainer rest = make();
  rest.prepare(data.info());
  rest.restore(dir.file("part"));
  rest.fit(batches, {.epochs = 30, .validation = data.batch(16)});
  rest.save(dir.file("rest"));
  EXPECT_TRUE(read_file(dir.file("rest")) == read_file(dir.file("straight")));
}

TEST(Objectives, ACheckpointBeforeTheFirstStepIsOne) {
  const TempDir dir;
  const Pair net;
  Trainer trainer(net, task_of(chase(net, false)), optim::GradientDescent(0.25));
  trainer.prepare(numbers(1).info());
  trainer.save(dir.file("begin"));
  trainer.fit(numbers(1).batch(1));
  trainer.restore(dir.file("begin"));
  EXPECT_EQ(value(net.a), 1);
  trainer.fit(numbers(1).batch(1));
  EXPECT_EQ(value(net.a), 1.5);
}

TEST(Objectives, WhatIsWrongIsNamed) {
  const Pair net;
  const auto loss = [](const Pass& pass) { return LossTerm::mean(pass.output()); };
  const optim::GradientDescent sgd(0.1);
  const auto make = [&](std::vector<Objective> goals) {
    return Trainer(net, task_of(std::move(goals)), sgd);
  };
  expect_error<ValueError>([&] { make({}); }, {"goals", "no objectives"});
  expect_error<ValueError>([&] { make({{.name = "critic"}}); }, {"critic", "no loss function"});
  expect_error<ValueError>([&] { make({{.loss = loss, .every = 0}}); }, {"every = 0"});
  expect_error<ValueError>([&] { make({{.loss = loss, .repeats = 0}}); }, {"repeats = 0"});
  expect_error<ValueError>([&] { make({{.loss = loss, .simultaneous = true}}); }, {"simultaneous", "first"});
  expect_error<ValueError>([&] { make({{.loss = loss}, {.loss = loss}}); }, {"'loss'", "names must differ"});
  expect_error<ValueError>([&] { make({{.loss = loss, .parameters = {}}}); }, {"trains no parameters"});
  expect_error<ValueError>(
      [&] { make({{.loss = loss, .parameters = {"trunk.*"}}}).prepare(numbers().info()); },
      {"'trunk.*'", "matches no parameter"});
  expect_error<ValueError>(
      [&] {
        Trainer(net, task_of({{.name = "critic", .loss = loss}}), {{"critc", sgd}});
      },
      {"no optimizer for the objective 'critic'"});
  expect_error<ValueError>([&] { Trainer(net, nullptr, sgd); }, {"task is empty"});
}

TEST(Objectives, ALossThatIsNotFiniteIsNamedAndNothingChanges) {
  const Pair net;
  std::vector<Objective> goals = chase(net, false);
  goals[1].loss = [net](const Pass& pass) {
    return LossTerm::mean(log(net.b.value() - 2 * net.a.value()) * pass.batch().input);
  };
  Trainer trainer(net, task_of(goals), optim::GradientDescent(0.25));
  expect_error<NonFiniteError>([&] { trainer.fit(numbers(1).batch(1)); }, {"step 1", "the loss of 'second'"});
  EXPECT_EQ(value(net.a), 1);
  EXPECT_EQ(value(net.b), 2);
}

TEST(BadInput, C32_OneOptimizerForTwoObjectives) {
  const Pair net;
  const optim::Adam shared(0.1);
  Trainer trainer(net, task_of(chase(net, false)), {{"first", shared}, {"second", shared}});
  expect_error<StateError>([&] { trainer.fit(numbers(1).batch(1)); }, {"'b'", "optimizer"});
  EXPECT_EQ(value(net.a), 1);
  EXPECT_EQ(value(net.b), 2);
}

}  // namespace
}  // namespace luge::train
