// Steps that are not finite are refused before anything is written, by name, in every dtype and way of
// running.
#include <gtest/gtest.h>

#include <limits>
#include <set>

#include "luge/autodiff.h"
#include "luge/compile.h"
#include "luge/graph.h"
#include "luge/ops/check.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/optim/optimizers.h"
#include "support/errors.h"

namespace luge::optim {
namespace {

using testing::expect_error;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// A gradient of so many elements, one of which is not finite.
Tensor bad_gradient(std::int64_t count, std::int64_t place, double value, DType dtype) {
  std::vector<double> values(static_cast<std::size_t>(count), 0.25);
  values[static_cast<std::size_t>(place)] = value;
  return cast(tensor(values, {count}), dtype);
}

TEST(Guard, EveryPlaceOfEveryDtypeIsLookedAt) {
  for (const DType dtype : {f32, f64, bf16, f16}) {
    for (const std::int64_t count : {1, 7, 33, 1000, 100003}) {
      for (const std::int64_t place : {std::int64_t{0}, count / 2, count - 1}) {
        for (const double value : {kNan, kInfinity, -kInfinity}) {
          const Tensor good = ones({5}, dtype), bad = bad_gradient(count, place, value, dtype);
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
  return all;
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

TEST(Guard, ASessionsStepIsRefusedToo) {
  Variable w(zeros({2}), "w");
  const graph::Operation train = GradientDescent(0.1).minimize(sum(sqrt(square(w))));
  graph::Session session;
  session.run(graph::initialize_all());
  expect_error<NonFiniteError>([&] { session.run(train); }, {"gradient of 'w'", "nan"});
  EXPECT_EQ(session.value(w).to_vector<float>(), (std::vector<float>{0, 0}));
}

TEST(Gathering, DividesByAllWeightsTogether) {
  Variable w(zeros({1}), "w");
  const GradientDescent descent(1.0);
  descent.gather_gradients();
  descent.gather({{"w", w}}, {full({1}, 6.0)}, scalar(2.0));
  descent.step({w}, {full({1}, 2.0)}, scalar(2.0));
  EXPECT_EQ(w.value().item<float>(), -2);
  descent.gather({{"w", w}}, {full({1}, 6.0)}, scalar(2.0));
  descent.forget_gathered();
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
  expect_error<ValueError>([&] { Adam().hold({{"w", a}, {"w", b}}); }, {"'w'"});
}

}  // namespace
}  // namespace luge::optim
