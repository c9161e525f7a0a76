#include "luge/optim/optimizer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "luge/autodiff.h"
#include "luge/compile.h"
#include "luge/graph.h"
#include "luge/loss/loss.h"
#include "luge/nn/activation.h"
#include "luge/nn/dropout.h"
#include "luge/nn/linear.h"
#include "luge/nn/sequential.h"
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/random.h"
#include "luge/ops/reduce.h"
#include "luge/optim/optimizers.h"
#include "optim/plain_rules.h"
#include "support/errors.h"

namespace luge::optim {
namespace {

using testing::expect_error;
using testing::plain_adam;
using testing::plain_rules;
using testing::PlainWeight;

double first(const Variable& v) { return v.value().to_vector<double>()[0]; }

// Along gradients that depend on the weight; golden_steps_test.cpp has all optimizers along given ones.
TEST(Optimizer, TakesTheStepsOfItsRule) {
  for (const auto& [name, rule] : plain_rules()) {
    const Optimizer optimizer = named(name, 0.05);
    EXPECT_EQ(optimizer.name(), name == "sgd" ? "gradient-descent" : name == "adamw" ? "adam" : name);
    Variable w(full({3}, 4.0, f64), "w");
    PlainWeight plain{4};
    for (int step = 0; step < 300; ++step) {
      optimizer.step({w}, {grad(sum(square(w.value() - 1)), w)});
      rule(plain, 2 * (plain.w - 1), 0.05);
      ASSERT_NEAR(first(w), plain.w, 1e-10) << name << " after step " << step;
    }
    EXPECT_NEAR(first(w), 1, 0.1) << name;
  }
}

TEST(Optimizer, TheLossIsTheSameBeforeAndAfterTheStep) {
  Variable w(full({2}, 3.0), "w");
  const Optimizer optimizer = GradientDescent(0.1);
  const Tensor loss = sum(square(w.value()));
  optimizer.step({w}, {grad(loss, w)});
  EXPECT_EQ(loss.item<double>(), 18);
  EXPECT_NEAR(first(w), 3 - 0.1 * 6, 1e-6);
}

// 0.9 times the smallest subnormal number rounds to itself: left alone, the moment would never reach zero.
TEST(Optimizer, MomentsWhoseGradientsCeaseEndAtZero) {
  for (const DType dtype : {f32, f64}) {
    for (const Optimizer& optimizer : std::vector<Optimizer>{Adam(1e-3, {.beta2 = 0.9}), Momentum(1e-3)}) {
      Variable w(full({2}, 1.0, dtype), "w");
      optimizer.step({w}, {full({2}, 1.0, dtype)});
      const int enough = dtype == f32 ? 900 : 7000;
      for (int step = 0; step < enough; ++step) optimizer.step({w}, {zeros({2}, dtype)});
      for (const nn::NamedVariable& state : optimizer.state()) {
        if (state.variable.shape().rank() == 1) {
          EXPECT_EQ(first(state.variable), 0) << state.name;
        }
      }
    }
  }
}

TEST(Optimizer, FlushingKeepsNormalNumbersAndNaN) {
  const float smallest = std::numeric_limits<float>::min(), nan = std::numeric_limits<float>::quiet_NaN();
  const auto kept = flush_subnormals(tensor({smallest, -smallest, smallest / 2, -smallest / 2, nan}, {5}))
                        .to_vector<float>();
  EXPECT_EQ(kept[0], smallest);
  EXPECT_EQ(kept[1], -smallest);
  EXPECT_EQ(kept[2], 0);
  EXPECT_EQ(kept[3], 0);
  EXPECT_TRUE(std::isnan(kept[4]));
  const Tensor half = full({2}, 1e-6, f16);
  EXPECT_NE(flush_subnormals(half).to_vector<double>()[0], 0);
}

TEST(Optimizer, AccumulatedGradientsCountAtTheNextStepOnly) {
  Variable together(full({2}, 3.0), "w"), apart(full({2}, 3.0), "w");
  const Optimizer one = Momentum(0.1), several = Momentum(0.1);
  several.accumulate_gradients();
  for (int round = 0; round < 3; ++round) {
    one.step({together}, {full({2}, 6.0)});
    several.accumulate({{"w", apart}}, {full({2}, 1.0)});
    several.accumulate({{"w", apart}}, {full({2}, 2.0)});
    several.step({apart}, {full({2}, 3.0)});
    EXPECT_EQ(first(together), first(apart)) << round;
  }
  EXPECT_EQ(several.steps(), 3);
  std::vector<std::string> names;  // as checkpoints have them
  for (const nn::NamedVariable& each : several.state()) names.push_back(each.name);
  EXPECT_EQ(names,
            (std::vector<std::string>{"step", "learning_rate", "gathered_weight", "w/v", "w/gathered"}));
  expect_error<StateError>(
      [&] {
        one.accumulate({{"w", together}}, {full({2}, 1.0)});
      },
      {"accumulate_gradients()"});
}

TEST(Optimizer, CopiesShareStepsAndSlots) {
  Variable w(ones({2}, f64), "w");
  const Adam adam(0.1);
  const Optimizer copy = adam;
  adam.step({w}, {ones({2}, f64)});
  copy.step({w}, {ones({2}, f64)});
  EXPECT_EQ(adam.steps(), 2);
  ASSERT_EQ(adam.state().size(), 4u);
  EXPECT_EQ(adam.state()[2].name, "w/m");
  EXPECT_NEAR(first(adam.state()[2].variable), 0.19, 1e-12) << "1 - 0.9²";
  EXPECT_EQ(copy.state()[3].name, "w/v");
  EXPECT_NEAR(first(copy.state()[3].variable), 0.001999, 1e-12) << "1 - 0.999²";
  EXPECT_NEAR(first(w), 0.8, 1e-8) << "along gradients that stay the same, each step is the rate";
}

TEST(Optimizer, AveragedMomentumMovesLessThanAccumulated) {
  Variable a(zeros({1}), "a"), b(zeros({1}), "b");
  Momentum(1, {.momentum = 0.5}).step({a}, {ones({1})});
  Momentum(1, {.momentum = 0.5, .accumulate = Accumulate::average}).step({b}, {ones({1})});
  EXPECT_EQ(first(a), -1);
  EXPECT_EQ(first(b), -0.5);
}

TEST(Optimizer, GroupsHaveRatesAndDecayOfTheirOwn) {
  Variable a(ones({1}), "a"), b(ones({1}), "b"), c(ones({1}), "c");
  const GradientDescent descent(0.5, {.weight_decay = 1});
  descent.track({{"a", a}, {"b", b}, {"c", c}});
  descent.set_group({b}, {.rate_factor = 0.5});
  descent.set_group({c}, {.weight_decay = 0.0});
  descent.step({a, b, c}, {ones({1}), ones({1}), ones({1})});
  EXPECT_EQ(first(a), 1 - 0.5 * 2);
  EXPECT_EQ(first(b), 1 - 0.25 * 2);
  EXPECT_EQ(first(c), 1 - 0.5 * 1);
}

TEST(Optimizer, FrozenParametersAndEmptyGradientsStay) {
  Variable a(ones({1}), "a"), b(ones({1}), "b");
  b.set_trainable(false);
  GradientDescent(0.5).step({a, b}, {Tensor(), ones({1})});
  EXPECT_EQ(first(a), 1);
  EXPECT_EQ(first(b), 1);
}

TEST(Optimizer, ARateChangedBetweenCompiledStepsCounts) {
  Variable w(zeros({1}), "w");
  const GradientDescent descent(1);
  const auto step = compile([&](Tensor g) { descent.step({w}, {g}); });
  step(ones({1}));
  descent.set_learning_rate(10);
  step(ones({1}));
  EXPECT_EQ(first(w), -11);
  EXPECT_EQ(step.traces(), 1u);
  EXPECT_EQ(descent.learning_rate(), 10);
}

TEST(Optimizer, AScheduleOrGroupChangedBetweenCompiledStepsCounts) {
  Variable w(zeros({1}), "w");
  const GradientDescent descent(1);
  const auto step = compile([&] { descent.step({w}, {ones({1})}); });
  const auto moved = [&] {
    w.assign(zeros({1}));
    step();
    return w.value().item<float>();
  };
  EXPECT_EQ(moved(), -1);
  descent.set_schedule(schedule::exponential(0.5));
  EXPECT_EQ(moved(), -0.5f);
  descent.set_group({w}, {.rate_factor = 0.5});
  EXPECT_EQ(moved(), -0.125f);
  EXPECT_EQ(step.traces(), 3u);
  EXPECT_EQ(moved(), -0.0625f);
  EXPECT_EQ(step.traces(), 3u);
}

TEST(Optimizer, AThousandEagerStepsCompileAtMostTwice) {
  // The loss of the last step, and how often was compiled for them.
  const auto trained = [](bool compiled) {
    random::seed(9);
    const auto net = nn::sequential(nn::Linear(8), nn::Relu(), nn::Dropout(0.2), nn::Linear(3));
    net.build({4});
    const Adam adam(1e-2, {}, {.schedule = schedule::warm_up(100, schedule::cosine(900))});
    const loss::SoftmaxCrossEntropy cost;
    const Tensor x = random::uniform({16, 4}), y = random::randint(0, 3, {16});
    eval({x, y});
    const auto take = [&] {
      const Tensor loss = cost(net(x), y);
      adam.step(net.parameters(), grad(loss, net.parameters()));
      return loss;
    };
    const auto step = compile(take);
    const std::uint64_t before = compilations();
    double last = 0;
    for (int k = 0; k < 1000; ++k) last = (compiled ? step() : take()).item<double>();
    return std::pair(last, compilations() - before);
  };
  const auto [last, compiled_for] = trained(false);
  EXPECT_LE(compiled_for, 2u);
  EXPECT_NEAR(last, trained(true).first, 1e-3);
  EXPECT_LT(last, 0.8) << "of three classes at random it is log 3";
}

TEST(Optimizer, MinimizesInGraphMode) {
  const Tensor x = graph::placeholder(f32, {unknown}, "x");
  Variable w(zeros({1}), "w"), other(ones({1}), "other");
  const Tensor loss = mean(square(w.value() * x - 3 * x));
  const Adam adam(0.1);
  const graph::Operation train = adam.minimize(loss);
  graph::Session session;
  session.run(graph::initialize_all());
  PlainWeight plain{0};
  for (int step = 0; step < 200; ++step) {
    session.run(train, {{x, tensor<float>({1, 2}, {2})}});
    plain_adam()(plain, 5 * (plain.w - 3), 0.1);  // the mean of 2·x²·(w - 3)
  }
  EXPECT_NEAR(session.value(w).item<double>(), plain.w, 1e-4);
  EXPECT_NEAR(plain.w, 3, 0.05);
  EXPECT_EQ(session.value(other).item<double>(), 1);
  EXPECT_EQ(first(w), 0);
  expect_error<GraphError>([&] { adam.minimize(sum(x)); }, {"no trainable Variable"});
}

TEST(AdamW, IsAdamWithDecoupledDecay) {
  const auto trained = [](const Optimizer& optimizer) {
    Variable w(tensor<double>({1, -2}, {2}), "w");
    for (int i = 0; i < 3; ++i) optimizer.step({w}, {tensor<double>({0.5, 0.25}, {2})});
    return w.value().to_vector<double>();
  };
  EXPECT_EQ(trained(AdamW(0.1, {.weight_decay = 0.2})),
            trained(Adam(0.1, {}, {.weight_decay = 0.2, .decay = Decay::decoupled})));
  const std::vector<double> by_hand = trained(AdamW(0.1, {.weight_decay = 0.2}));
  for (std::size_t i = 0; i < 2; ++i) {
    PlainWeight plain{i == 0 ? 1.0 : -2.0};
    for (int step = 0; step < 3; ++step) plain_adam(0.2)(plain, i == 0 ? 0.5 : 0.25, 0.1);
    EXPECT_NEAR(by_hand[i], plain.w, 1e-12);
  }
  EXPECT_EQ(trained(AdamW(0.1)), trained(named("adamw", 0.1)));
  EXPECT_EQ(trained(AdamW(0.1, {.weight_decay = 0})), trained(Adam(0.1)));
  EXPECT_EQ(trained(named("adamw", 0.1, {{"weight_decay", 0}})), trained(Adam(0.1)));
}

// One step of a weight 1 with the gradient 1.
double after_a_step(const Optimizer& optimizer) {
  Variable w(tensor<double>({1}, {1}), "w");
  optimizer.step({w}, {tensor<double>({1}, {1})});
  return w.value().item<double>();
}

TEST(Optimizers, AreMadeByNameWithTheirOptions) {
  for (const std::string& name : names()) EXPECT_FALSE(description(name).empty()) << name;
  EXPECT_EQ(after_a_step(named("momentum", 0.1, {{"accumulate", "average"}, {"momentum", 0.8}})),
            after_a_step(Momentum(0.1, {.momentum = 0.8, .accumulate = Accumulate::average})));
  EXPECT_EQ(named("nesterov", 0.1).name(), "nesterov");
  // A weight decay is that of the values, or else that of the common options, or else the usual one.
  const auto decay = [](const char* name, const options::Values& values, double common) {
    return named(name, 0.1, values, {.weight_decay = common}).options().weight_decay;
  };
  EXPECT_EQ(decay("sgd", {}, 0), 0);
  EXPECT_EQ(decay("sgd", {}, 0.5), 0.5);
  EXPECT_EQ(decay("sgd", {{"weight_decay", 0.25}}, 0.5), 0.25);
  EXPECT_EQ(decay("adamw", {}, 0), 0.01);
  EXPECT_EQ(decay("adamw", {{"weight_decay", 0}}, 0), 0);
  expect_error<options::OptionError>(
      [] {
        named("adam", 0.1, {{"beta1", 1}});
      },
      {"optimizer adam: beta1 is 1; expected a number, 0 or more and below 1"});
  expect_error<options::OptionError>(
      [] {
        named("sgd", 0.1, {{"momentum", 0.9}});
      },
      {"optimizer sgd: there is no option 'momentum'", "momentum, muon, nesterov and rmsprop have it"});
  expect_error<options::OptionError>([] { named("sgd", -1); }, {"learning_rate is -1", "above 0"});
}

struct SignOptions : NamedOptions {
  SignOptions() { learning_rate = 0.5; }
  double threshold = 0;
  static void fields(auto& self, auto&& field) {
    NamedOptions::fields(self, field);
    field("threshold", self.threshold, "gradients that are smaller count as 0", options::at_least(0));
  }
};
struct SignRule : Rule {
  explicit SignRule(double threshold) : threshold_(threshold) {}
  std::string name() const override { return "test-sign"; }
  Tensor update(const Tensor& parameter, const Tensor& gradient, Slots& slot) const override {
    return parameter -
           slot.learning_rate() * where(less(abs(gradient), threshold_), 0, gradient / abs(gradient));
  }
  double threshold_;
};

TEST(Optimizers, OfOnesOwnAreMadeByName) {
  const auto make = [](const SignOptions& options, const OptimizerOptions& common) {
    return Optimizer(std::make_shared<SignRule>(options.threshold), options.learning_rate,
                     options.with(common));
  };
  EXPECT_TRUE(add("test-sign", "steps of one length", make));
  EXPECT_FALSE(add("test-sign", "again", make));
  EXPECT_EQ(after_a_step(named("test-sign", 0.25)), 0.75);
  EXPECT_EQ(after_a_step(named("test-sign", 0.25, {{"threshold", 2}})), 1);
  EXPECT_EQ(named("test-sign", 0.25, {{"learning_rate", 0.125}}).learning_rate(), 0.125);
}

TEST(Schedule, FollowsItsFormula) {
  EXPECT_EQ(schedule::constant().at(7), 1);
  EXPECT_EQ(schedule::step(3, 0.1).at(2), 1);
  EXPECT_NEAR(schedule::step(3, 0.1).at(7), 0.01, 1e-12);
  EXPECT_NEAR(schedule::exponential(0.5, 2).at(3), std::pow(0.5, 1.5), 1e-12);
  EXPECT_EQ(schedule::cosine(10).at(0), 1);
  EXPECT_NEAR(schedule::cosine(10).at(5), 0.5, 1e-12);
  EXPECT_NEAR(schedule::cosine(10, 0.1).at(99), 0.1, 1e-12);
  const Schedule warm = schedule::warm_up(4, schedule::step(2, 0.5));
  EXPECT_EQ(warm.at(0), 0.25);
  EXPECT_EQ(warm.at(3), 1);
  EXPECT_EQ(warm.at(4), 1);
  EXPECT_EQ(warm.at(6), 0.5);
  EXPECT_EQ(schedule::warm_up(2).at(50), 1);
  for (const std::string& name : schedule::names()) EXPECT_GT(schedule::named(name, 100, 10).at(5), 0);
  expect_error<ValueError>([] { schedule::named("linear", 10); }, {"linear", "cosine"});
  expect_error<ValueError>([] { schedule::cosine(0); }, {"cosine", "0 steps"});
  EXPECT_NEAR(schedule::named("step", 100, 0, {{"step_size", 10}, {"factor", 0.5}}).at(25), 0.25, 1e-12);
  EXPECT_NEAR(schedule::named("exponential", 100, 0, {{"factor", 0.5}}).at(100), 0.5, 1e-12);
  EXPECT_NEAR(schedule::named("cosine", 100, 0, {{"floor", 0.25}}).at(100), 0.25, 1e-12);
  expect_error<options::OptionError>(
      [] {
        schedule::named("cosine", 9, 0, {{"factor", 0.5}});
      },
      {"cosine", "factor", "floor"});
  expect_error<options::OptionError>(
      [] {
        schedule::named("step", 9, 0, {{"step_size", 1.5}});
      },
      {"step_size is 1.5; expected a whole number from 1"});
  expect_error<options::OptionError>([] { schedule::step(0); }, {"schedule step: step_size is 0"});
  expect_error<options::OptionError>([] { schedule::exponential(0); }, {"factor is 0", "above 0"});
  expect_error<options::OptionError>([] { schedule::cosine(9, 2); }, {"floor is 2", "from 0 to 1"});
  // What is stretched over the training leaves out the warm-up.
  EXPECT_NEAR(schedule::named("step", 40, 10).at(10 + 10), 0.1, 1e-12);
  EXPECT_NEAR(schedule::named("exponential", 40, 10).at(40), 0.01, 1e-12);
}

struct LineOptions {
  double end = 0;
  static void fields(auto& self, auto&& field) {
    field("end", self.end, "share of the rate at the end", options::within(0, 1));
  }
};

TEST(Schedule, OfOnesOwnIsFoundByName) {
  const auto line = [](const LineOptions& options, std::int64_t steps) {
    return Schedule("test-line", [=](const Tensor& at) {
      return 1 - at * ((1 - options.end) / static_cast<double>(steps));
    });
  };
  EXPECT_TRUE(schedule::add("test-line", "falls along a line", line));
  EXPECT_FALSE(schedule::add("test-line", "again", line));
  EXPECT_EQ(schedule::description("test-line"), "falls along a line");
  EXPECT_NEAR(schedule::named("test-line", 10, 0, {{"end", 0.5}}).at(5), 0.75, 1e-12);
  expect_error<options::OptionError>(
      [] {
        schedule::named("test-line", 10, 0, {{"end", 2}});
      },
      {"schedule test-line: end is 2; expected a number from 0 to 1"});
}

TEST(BadInput, C26_LearningRatesThatAreNone) {
  for (double rate : {0.0, -1.0, std::nan(""), std::numeric_limits<double>::infinity()}) {
    expect_error<ValueError>([&] { GradientDescent descent(rate); },
                             {"learning rate", "finite number above 0"});
    const Adam adam;
    expect_error<ValueError>([&] { adam.set_learning_rate(rate); }, {"learning rate"});
    EXPECT_EQ(adam.learning_rate(), 1e-3);
  }
  expect_error<options::OptionError>([] { Adam adam(1e-3, {.beta2 = 1}); }, {"beta2 is 1"});
  expect_error<options::OptionError>([] { Momentum m(1e-3, {.momentum = -0.1}); }, {"momentum is -0.1"});
  expect_error<options::OptionError>(
      [] {
        named("adam", 1e-3, {{"momentum", 0.9}});
      },
      {"adam", "momentum", "beta1"});
  expect_error<ValueError>([] { named("adamm", 1e-3); }, {"adamm", "adam"});
}

TEST(BadInput, C32_ParametersOfAnotherModelOrTwice) {
  Variable a(ones({1}), "mine"), b(ones({1}), "theirs");
  const GradientDescent descent(0.1);
  expect_error<ValueError>([&] { descent.step({a, a}, {ones({1}), ones({1})}); }, {"mine", "twice"});
  descent.step({a}, {ones({1})});
  expect_error<StateError>(
      [&] {
        descent.step({a, b}, {ones({1}), ones({1})});
      },
      {"theirs", "optimizer of its own"});
  expect_error<ValueError>([&] { descent.step({a}, {}); }, {"1 parameters, 0 gradients"});
  expect_error<ShapeError>([&] { descent.step({a}, {ones({2})}); }, {"mine", "[2]", "[1]"});
  EXPECT_NEAR(first(a), 0.9, 1e-6);
  EXPECT_EQ(descent.steps(), 1);
}

}  // namespace
}  // namespace luge::optim
