// L-BFGS and conjugate gradient against minima that SciPy found (tests/golden/make_searches.py).
#include <gtest/gtest.h>

#include <cmath>

#include "luge/autodiff.h"
#include "luge/compile.h"
#include "luge/graph.h"
#include "luge/io/safetensors.h"
#include "luge/nn/module.h"
#include "luge/ops/linalg.h"
#include "luge/ops/math.h"
#include "luge/ops/nn.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "luge/optim/optimizers.h"
#include "support/errors.h"
#include "support/paths.h"

namespace luge::optim {
namespace {

using testing::expect_error;
using Values = std::vector<double>;
using Named = std::vector<nn::NamedVariable>;

Tensor golden(const std::string& name) {
  static const io::SafetensorsFile file(
      (testing::source_dir() / "tests/golden/optim/searches.safetensors").string());
  for (const io::StoredTensor& stored : file.tensors()) {
    if (stored.name == name) return tensor_from_bytes(file.read(name), stored.dtype, stored.shape);
  }
  throw ValueError(name + " is not in the file");
}

std::vector<std::string> searching() {
  std::vector<std::string> all = names();
  std::erase_if(
      all, [](const std::string& name) { return name.starts_with("test-") || !named(name, 1).searches(); });
  return all;
}

// Parameters and a loss of them.
struct Problem {
  Named parameters;
  std::function<Tensor()> loss;

  Evaluate evaluate() const {
    return [this] {
      Variables variables;
      for (const auto& [name, variable] : parameters) variables.push_back(variable);
      const Tensor value = loss();
      const Tensors gradients = grad(value, variables);
      return Evaluated{value.item<double>(), gradients};
    };
  }
  Values values() const {
    Values all;
    for (const auto& [name, variable] : parameters) {
      for (const double each : variable.value().to_vector<double>()) all.push_back(each);
    }
    return all;
  }
};

Problem least_squares() {
  const Variable x(zeros({12}, f64), "x");
  const Tensor a = golden("least_squares.a"), b = golden("least_squares.b");
  return {{{"x", x}}, [=] { return sum(square(matmul(a, x.value()) - b)) / 2; }};
}

// In two parameters, so that the vector is put together.
Problem rosenbrock() {
  const Tensor start = golden("rosenbrock.start");
  const Variable first(slice(start, 0, 0, 4), "first"), rest(reshape(slice(start, 0, 4, 10), {2, 3}), "rest");
  return {{{"first", first}, {"rest", rest}}, [=] {
            const Tensor x = concat({first.value(), flatten(rest.value())});
            const Tensor now = slice(x, 0, 0, 9), next = slice(x, 0, 1, 10);
            return sum(100 * square(next - square(now)) + square(1 - now));
          }};
}

Problem logistic() {
  const Variable w(zeros({5, 1}, f64), "w"), b(zeros({1}, f64), "b");
  const Tensor inputs = golden("logistic.inputs"), labels = golden("logistic.labels");
  return {{{"w", w}, {"b", b}}, [=] {
            const Tensor z = flatten(matmul(inputs, w.value()) + b.value());
            return mean(softplus(z) - labels * z);
          }};
}

Searched run(const Optimizer& optimizer, const Problem& problem, int most = 200) {
  Searched last;
  for (int k = 0; k < most; ++k) {
    const Searched now = optimizer.search(problem.parameters, problem.evaluate());
    EXPECT_LE(now.after, now.before + 1e-12);
    last = now;
    if (now.converged || now.iterations == 0) break;
  }
  return last;
}

class EverySearch : public ::testing::TestWithParam<std::string> {
 protected:
  Optimizer exact(const OptimizerOptions& common = {}) const {
    return named(GetParam(), 1, {{"gradient_tolerance", 1e-9}, {"change_tolerance", 0.0}}, common);
  }
};

TEST_P(EverySearch, FindsTheLeastSquares) {
  const Problem problem = least_squares();
  const Searched found = run(exact(), problem);
  EXPECT_NEAR(found.after, golden("least_squares.loss").item<double>(), 1e-11);
  const Values x = problem.values(), right = golden("least_squares.x").to_vector<double>();
  for (std::size_t i = 0; i < x.size(); ++i) EXPECT_NEAR(x[i], right[i], 1e-4 * std::abs(right[i])) << i;
}

TEST_P(EverySearch, FollowsTheValleyOfRosenbrock) {
  const Problem problem = rosenbrock();
  const Searched found = run(exact(), problem);
  EXPECT_NEAR(found.after, golden("rosenbrock.loss").item<double>(), 1e-12);
  const Values x = problem.values(), right = golden("rosenbrock.x").to_vector<double>();
  for (std::size_t i = 0; i < x.size(); ++i) EXPECT_NEAR(x[i], right[i], 1e-6) << i;
}

TEST_P(EverySearch, FindsALogisticRegressionToAGradientOf1e8) {
  const Problem problem = logistic();
  // Weight decay, of the matrix alone, is part of what is minimized.
  const Searched found = run(exact({.weight_decay = 0.05, .decay_vectors = false}), problem);
  EXPECT_LE(found.gradient, 1e-8);
  EXPECT_NEAR(found.after, golden("logistic.loss").item<double>(), 1e-13);
  const Values x = problem.values(), right = golden("logistic.x").to_vector<double>();
  for (std::size_t i = 0; i < x.size(); ++i) EXPECT_NEAR(x[i], right[i], 1e-6) << i;

  const Problem same = logistic();
  run(exact({.regularizers = {regularizer::half_l2(0.05)}}), same);
  for (std::size_t i = 0; i < x.size(); ++i) EXPECT_NEAR(same.values()[i], right[i], 1e-6) << i;
}

TEST_P(EverySearch, ContinuesBitForBitFromItsState) {
  const Problem straight = rosenbrock(), first = rosenbrock(), second = rosenbrock();
  const auto make = [&] { return named(GetParam(), 1, {{"iterations", 4}}); };
  const Optimizer one = make(), before = make(), after = make();
  for (int k = 0; k < 6; ++k) one.search(straight.parameters, straight.evaluate());
  for (int k = 0; k < 3; ++k) before.search(first.parameters, first.evaluate());
  after.track(second.parameters);
  const auto saved = before.state(), fresh = after.state();
  ASSERT_EQ(saved.size(), fresh.size());
  for (std::size_t k = 0; k < saved.size(); ++k) {
    EXPECT_EQ(saved[k].name, fresh[k].name);
    Variable(fresh[k].variable).assign(saved[k].variable.value());
  }
  for (std::size_t k = 0; k < 2; ++k)
    Variable(second.parameters[k].variable).assign(first.parameters[k].variable.value());
  for (int k = 0; k < 3; ++k) after.search(second.parameters, second.evaluate());
  EXPECT_EQ(second.values(), straight.values());
  EXPECT_EQ(after.steps(), 6);
}

TEST_P(EverySearch, FrozenParametersStayAndFloat32Converges) {
  Variable a(full({3}, 5.0), "a"), b(full({2}, 1.0), "b");
  b.set_trainable(false);
  const Problem problem{{{"a", a}, {"b", b}},
                        [=] { return sum(square(a.value() - 2)) + sum(square(b.value())); }};
  run(named(GetParam(), 1), problem);
  for (const float each : a.value().to_vector<float>()) EXPECT_NEAR(each, 2, 1e-4);
  EXPECT_EQ(b.value().to_vector<float>(), (std::vector<float>{1, 1}));
}

// The first length that is tried leads to where the loss is not finite.
TEST_P(EverySearch, StepsBackFromWhatIsNotFinite) {
  const Variable x(full({1}, 0.5, f64), "x");
  const Problem problem{{{"x", x}}, [=] { return sum(x.value() * 30 - log(x.value())); }};
  run(exact(), problem);
  EXPECT_NEAR(x.value().item<double>(), 1.0 / 30, 1e-8);
}

TEST_P(EverySearch, RefusesWhereItBeginsNotFiniteAndChangesNothing) {
  const Variable x(full({1}, -1.0, f64), "x");
  const Problem problem{{{"x", x}}, [=] { return sum(log(x.value())); }};
  const Optimizer optimizer = exact();
  expect_error<NonFiniteError>([&] { optimizer.search(problem.parameters, problem.evaluate()); },
                               {"the loss is", "nan"});
  EXPECT_EQ(x.value().item<double>(), -1);
  EXPECT_EQ(optimizer.steps(), 0);
  const Problem throws{{{"x", x}}, [=]() -> Tensor { throw ValueError("of the loss"); }};
  expect_error<ValueError>([&] { optimizer.search(throws.parameters, throws.evaluate()); }, {"of the loss"});
  EXPECT_EQ(x.value().item<double>(), -1);
}

TEST_P(EverySearch, RefusesWhatItCannotHave) {
  const auto refuses = [&](const OptimizerOptions& options, const char* part) {
    expect_error<ValueError>([&] { named(GetParam(), 1, {}, options); }, {GetParam(), "cannot have", part});
  };
  refuses({.clip_norm = 1}, "clipped gradients");
  refuses({.weight_decay = 0.1, .decay = Decay::decoupled}, "apart from the gradient");
  refuses({.groups = {{"*", {.rate_factor = 0.1}}}}, "a learning rate for a group");
  refuses({.regularizers = {regularizer::l1(0.1)}}, "the penalty l1");
  refuses({.constraints = {constraint::unit_norm()}}, "constraints");
  const Optimizer optimizer = exact();
  const Variable w(ones({2}), "w"), half(ones({2}, bf16), "half");
  expect_error<StateError>([&] { optimizer.step({w}, {ones({2})}); }, {"step", GetParam(), "Trainer"});
  expect_error<StateError>([&] { optimizer.minimize(sum(w.value())); }, {"minimize"});
  expect_error<StateError>([&] { optimizer.accumulate_gradients(); }, {"accumulate"});
  expect_error<DTypeError>(
      [&] {
        exact().search({{"half", half}}, [] { return Evaluated{}; });
      },
      {"'half' is bf16", "f32 or f64"});
  expect_error<StateError>(
      [&] {
        GradientDescent(1).search({{"w", w}}, [] { return Evaluated{}; });
      },
      {"does not search"});
}

INSTANTIATE_TEST_SUITE_P(Registered, EverySearch, ::testing::ValuesIn(searching()), [](const auto& info) {
  std::string name = info.param;
  for (char& each : name) each = each == '-' ? '_' : each;
  return name;
});

TEST(Searches, AreThere) {
  EXPECT_EQ(searching(), (std::vector<std::string>{"conjugate-gradient", "lbfgs"}));
  EXPECT_EQ(named("cg", 1).name(), "conjugate-gradient");
  EXPECT_EQ(named("l-bfgs", 1).name(), "lbfgs");
}

}  // namespace
}  // namespace luge::optim
