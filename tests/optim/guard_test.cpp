// Steps that are not finite are refused before anything is written, by name, in every dtype and way of
// running.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>

#include "luge/autodiff.h"
#include "luge/compile.h"
#include "luge/graph.h"
#include "luge/ops/check.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "luge/optim/optimizers.h"
#include "support/errors.h"

namespace luge::optim {
namespace {

using testing::expect_error;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// A gradient of so many elements, one of which is not finite.
Tensor bad_gradient(std::int64_t count, std::int64_t position, double value, DType dtype) {
  std::vector<double> values(static_cast<std::size_t>(count), 0.25);
  values[static_cast<std::size_t>(position)] = value;
  return cast(tensor(values, {count}), dtype);
}

TEST(Guard, EveryElementOfEveryDtypeIsLookedAt) {
  for (const DType dtype : {f32, f64, bf16, f16}) {
    for (const std::int64_t count : {1, 7, 33, 1000, 100003}) {
      for (const std::int64_t position : {std::int64_t{0}, count / 2, count - 1}) {
        for (const double value : {kNan, kInfinity, -kInfinity}) {
          const Tensor good = ones({5}, dtype), bad = bad_gradient(count, position, value, dtype);
          expect_error<NonFiniteError>(
              [&] {
                guard_finite(ones({2}, i64), {good, bad}, {"good", "bad one"}).to_vector<std::int64_t>();
              },
              {"bad one", value != value ? "nan" : "inf"});
        }
      }
      const Tensor fine = bad_gradient(count, count - 1, -60000, dtype);
      EXPECT_EQ(guard_finite(scalar(7, i64), {fine}, {"fine"}).item<std::int64_t>(), 7);
      expect_error<NonFiniteError>(
          [&] { guard_finite(scalar(7, i64), {fine}, {"fine"}, scalar(1e306, f64)).item<std::int64_t>(); },
          {"fine", "not finite"});
    }
  }
}

std::vector<Optimizer> optimizers() {
  std::vector<Optimizer> all;
  for (const std::string& name : names()) all.push_back(named(name, 0.1));
  std::erase_if(all, [](const Optimizer& each) { return each.searches(); });
  return all;
}

// Clipping an infinite gradient by its norm would make NaN of it; the step is refused before, and says how
// many gradients overflowed.
TEST(BadInput, C20_GradientsThatOverflowAreCountedWhateverClipsThem) {
  for (const OptimizerOptions& clipping :
       {OptimizerOptions{.clip_value = 1}, {.clip_norm = 1}, {.clip_global_norm = 1}, {}}) {
    const GradientDescent optimizer(0.1, clipping);
    Variable a(ones({3}), "a"), b(ones({2}), "b"), c(ones({2}), "c");
    const Tensor overflow = exp(full({2}, 1000.0f));
    expect_error<NonFiniteError>(
        [&] {
          optimizer.step({a, b, c}, {ones({3}), overflow, -overflow});
        },
        {"gradient of 'b' is inf", "2 tensors were refused"});
    for (const Variable& each : {b, c})
      EXPECT_EQ(each.value().to_vector<float>(), (std::vector<float>{1, 1}));
    EXPECT_EQ(optimizer.steps(), 0);
  }
}

TEST(Guard, ARefusedStepNamesItsParameterAndWritesNothing) {
  for (const Optimizer& optimizer : optimizers()) {
    Variable a(ones({3}), "a"), b(ones({2}), "b");
    optimizer.step({a, b}, {ones({3}), ones({2})});
    std::vector<std::vector<double>> before;
    const auto state = [&] {
      std::vector<std::vector<double>> all = {a.value().to_vector<double>(), b.value().to_vector<double>()};
      for (const auto& [name, variable] : optimizer.state())
        all.push_back(variable.value().to_vector<double>());
      return all;
    };
    before = state();
    const Tensor bad = tensor<float>({1, std::numeric_limits<float>::quiet_NaN()}, {2});
    expect_error<NonFiniteError>(
        [&] {
          optimizer.step({a, b}, {ones({3}), bad});
        },
        {"gradient of 'b'", "nan"});
    EXPECT_EQ(state(), before) << optimizer.name();
    const auto compiled = compile([&](const Tensor& g) { optimizer.step({a, b}, {ones({3}), g}); });
    expect_error<NonFiniteError>([&] { compiled(bad); }, {"gradient of 'b'", "nan"});
    EXPECT_EQ(state(), before) << optimizer.name();
    compiled(ones({2}));
    EXPECT_EQ(optimizer.steps(), 2);
  }
}

TEST(Guard, RatesThatOverflowAreRefused) {
  Variable w(ones({2}), "w");
  expect_error<NonFiniteError>([&] { GradientDescent(1e38).step({w}, {full({2}, 10.0)}); },
                               {"gradient of 'w'", "not finite"});
  expect_error<NonFiniteError>([&] { Adam(1e39).step({w}, {ones({2})}); }, {"learning rate"});
  const Schedule broken("broken", [](const Tensor& step) { return 1 / (step - step); });
  expect_error<NonFiniteError>([&] { Adam(0.1, {}, {.schedule = broken}).step({w}, {ones({2})}); },
                               {"learning rate", "inf"});
  EXPECT_EQ(w.value().to_vector<float>(), (std::vector<float>{1, 1}));
  GradientDescent(0.1, {.check_finite = false}).step({w}, {full({2}, kInfinity)});
  EXPECT_EQ(w.value().to_vector<double>(), (std::vector<double>{-kInfinity, -kInfinity}));
}

struct Leap {
  std::string name;
  std::function<Optimizer()> make;
  DType dtype;
  double weight;
  std::vector<double> gradients;  // of one step after the other
  int taken;                      // so many of them; the next one is refused
};

// Finite gradients along which weights or their moments leave the numbers of their dtype, and others as large
// along which they do not. From large numbers a long step is refused whichever way it goes.
TEST(Guard, StepsOutOfTheNumbersAreRefused) {
  const double most = std::numeric_limits<float>::max(), most_double = std::numeric_limits<double>::max();
  const MomentumOptions nesterov{.nesterov = true};
  const Leap leaps[] = {
      {"sum", [=] { return Optimizer(GradientDescent(1.0)); }, f32, 3e38, {-3e38}, 0},
      {"away", [=] { return Optimizer(GradientDescent(1.0)); }, f32, 3e38, {3e38}, 0},
      {"small", [=] { return Optimizer(GradientDescent(1.0)); }, f32, most, {1e30, -1e30}, 2},
      {"large", [=] { return Optimizer(GradientDescent(0.1)); }, f32, 1, {3e38, -3e38, 3e38}, 3},
      {"large rate", [=] { return Optimizer(Adam(3e38)); }, f32, 1, {1}, 0},
      {"large rate of a mean", [=] { return Optimizer(Adam(1e37)); }, f32, 1, {1, 1}, 2},
      {"adam", [=] { return Optimizer(Adam(0.1)); }, f32, 1, {3e38, 3e38, -3e38, 1, 3e38}, 5},
      {"moment", [=] { return Optimizer(Momentum(1e-30)); }, f32, 1, {3e38, 3e38}, 1},
      {"nesterov", [=] { return Optimizer(Momentum(1e-30, nesterov)); }, f32, 1, {1e38, 1, 1e38, 1e38}, 3},
      {"moment that turns", [=] { return Optimizer(Momentum(1e-30)); }, f32, 1, {3e38, -1e30, -1e30}, 3},
      {"clipped", [=] { return Optimizer(GradientDescent(1e38, {.clip_value = 10})); }, f32, 1, {1e30}, 0},
      {"clipped norm",
       [=] { return Optimizer(GradientDescent(1e38, {.clip_global_norm = 10})); },
       f32,
       1,
       {1e30},
       0},
      {"clipped and short",
       [=] { return Optimizer(GradientDescent(10.0, {.clip_norm = 1})); },
       f32,
       1,
       {3e38, 3e38},
       2},
      {"double", [=] { return Optimizer(GradientDescent(1.0)); }, f64, 1.5e308, {-1.5e308}, 0},
      {"double and small",
       [=] { return Optimizer(GradientDescent(1.0)); },
       f64,
       most_double,
       {1e290, -1e291},
       2},
      {"half", [=] { return Optimizer(GradientDescent(1.0)); }, f16, 65000, {-1000}, 0},
      {"half and small", [=] { return Optimizer(GradientDescent(1.0)); }, f16, 65000, {100, 100}, 2},
      {"bfloat", [=] { return Optimizer(GradientDescent(1.0)); }, bf16, 3e38, {-1e38}, 0},
  };
  for (const bool compiled : {false, true}) {
    for (const Leap& leap : leaps) {
      SCOPED_TRACE(leap.name + (compiled ? ", compiled" : ""));
      const Optimizer optimizer = leap.make();
      Variable w(cast(full({3}, leap.weight, f64), leap.dtype), "w");
      const auto take = [&](const Tensor& g) { optimizer.step({w}, {g}); };
      const auto step = compile(take);
      const auto state = [&] {
        std::vector<std::vector<double>> all = {w.value().to_vector<double>()};
        for (const auto& [name, variable] : optimizer.state())
          all.push_back(variable.value().to_vector<double>());
        return all;
      };
      optimizer.track({{"w", w}});
      int taken = 0;
      for (const double each : leap.gradients) {
        const DType dtype = leap.dtype == f64 ? f64 : f32;  // sums over 16 bits are float32
        const Tensor g = cast(tensor(std::vector<double>{0, each, 0}, {3}), dtype);
        eval({g});
        const auto before = state();
        try {
          compiled ? step(g) : take(g);
          ++taken;
        } catch (const NonFiniteError& error) {
          EXPECT_NE(std::string(error.what()).find("'w'"), std::string::npos) << error.what();
          EXPECT_EQ(state(), before);
          break;
        }
        for (const auto& values : state()) {
          for (const double value : values) EXPECT_TRUE(std::isfinite(value));
        }
      }
      EXPECT_EQ(taken, leap.taken);
    }
  }
}

TEST(Guard, ASessionsStepIsRefusedToo) {
  Variable w(zeros({2}), "w");
  const graph::Operation train = GradientDescent(0.1).minimize(sum(sqrt(square(w))));
  graph::Session session;
  session.run(graph::initialize_all());
  expect_error<NonFiniteError>([&] { session.run(train); }, {"gradient of 'w'", "nan"});
  EXPECT_EQ(session.value(w).to_vector<float>(), (std::vector<float>{0, 0}));
}

TEST(Accumulation, DividesByAllWeightsTogether) {
  Variable w(zeros({1}), "w");
  const GradientDescent descent(1.0);
  descent.accumulate_gradients();
  descent.accumulate({{"w", w}}, {full({1}, 6.0)}, scalar(2.0));
  descent.step({w}, {full({1}, 2.0)}, scalar(2.0));
  EXPECT_EQ(w.value().item<float>(), -2);
  descent.accumulate({{"w", w}}, {full({1}, 6.0)}, scalar(2.0));
  descent.forget_accumulated();
  descent.step({w}, {full({1}, 2.0)}, scalar(2.0));
  EXPECT_EQ(w.value().item<float>(), -3);
  descent.step({w}, {zeros({1})}, scalar(0.0));  // nothing weighs
  EXPECT_EQ(w.value().item<float>(), -3);
}

TEST(Optimizer, StateOfVariablesOfOneNameHasNamesOfItsOwn) {
  Variable a(zeros({1}), "w"), b(zeros({2}), "w");
  const Momentum momentum(0.1);
  momentum.step({a, b}, {ones({1}), ones({2})});
  std::set<std::string> names;
  for (const auto& [name, variable] : momentum.state()) EXPECT_TRUE(names.insert(name).second) << name;
  expect_error<ValueError>([&] { Adam().track({{"w", a}, {"w", b}}); }, {"'w'"});
}

}  // namespace
}  // namespace luge::optim
