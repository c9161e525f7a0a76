// Loops with a condition, and branches.
#include "luge/ops/control.h"

#include <gtest/gtest.h>

#include "luge/autodiff.h"
#include "luge/compile.h"
#include "luge/gradient_check.h"
#include "luge/ops/check.h"
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/variable.h"
#include "ops/near.h"
#include "support/errors.h"

namespace luge::testing {
namespace {

// Newton's iteration for the root of x: the number of trips depends on x.
Tensor newton_root(const Tensor& x, std::int64_t max_trips) {
  return while_loop([&](const Tensors& s) { return greater(max(abs(s[0] * s[0] - x)), 1e-13); },
                    [&](const Tensors& s) { return Tensors{(s[0] + x / s[0]) * 0.5}; }, {x * 0 + 1},
                    {.max_trips = max_trips})[0];
}

TEST(WhileLoop, FindsARootAndItsGradient) {
  const Tensor x = tensor(std::vector<double>{2, 0.25, 9}, {3});
  expect_near(newton_root(x, -1), sqrt(x));
  const Tensor root = newton_root(x, 60), slope = grad(sum(root), x), second = grad(sum(slope), x);
  expect_near(root, sqrt(x));
  expect_near(slope, 0.5 / sqrt(x), 1e-10);
  expect_near(second, -0.25 / (x * sqrt(x)), 1e-8);
}

TEST(WhileLoop, GradientsAgreeWithDifferences) {
  const auto grow = [](const Tensors& in) {
    return while_loop([&](const Tensors& s) { return less(s[1], scalar(4, i64)); },
                      [&](const Tensors& s) {
                        return Tensors{tanh(s[0] * in[1]) + in[0], s[1] + 1};
                      },
                      {in[0], scalar(0, i64)}, {.max_trips = 6});
  };
  const Tensors in = {normal({3}), normal({3})};
  const GradientReport report = gradient_check([&](const Tensors& of) { return Tensors{grow(of)[0]}; }, in);
  EXPECT_TRUE(report.passed) << report.to_string();
  const GradientReport second =
      gradient_check([&](const Tensors& of) { return grad(sum(square(grow(of)[0])), of); }, in);
  EXPECT_TRUE(second.passed) << second.to_string();
}

TEST(WhileLoop, CountsTheStepsOfCollatz) {
  auto steps = compile([](Tensor n) {
    return while_loop(
        [](const Tensors& s) { return greater(s[0], scalar(1, i64)); },
        [](const Tensors& s) {
          const Tensor two = scalar(2, i64);
          const Tensor half = floor_divide(s[0], two);
          const Tensor odd = not_equal(half * two, s[0]);
          return Tensors{
              cond(
                  odd, [](const Tensors& in) { return Tensors{in[0] * 3 + 1}; },
                  [](const Tensors& in) { return Tensors{floor_divide(in[0], scalar(2, i64))}; }, {s[0]})[0],
              s[1] + 1};
        },
        {n, scalar(0, i64)})[1];
  });
  EXPECT_EQ(steps(scalar(27, i64)).item<std::int64_t>(), 111);
  EXPECT_EQ(steps(scalar(1, i64)).item<std::int64_t>(), 0);
  EXPECT_EQ(steps(scalar(97, i64)).item<std::int64_t>(), 118);
}

TEST(WhileLoop, BeyondItsBoundIsAnError) {
  const auto count_to = [](std::int64_t end, std::int64_t bound) {
    return while_loop([&](const Tensors& s) { return less(s[0], scalar(end, i64)); },
                      [](const Tensors& s) { return Tensors{s[0] + 1}; }, {scalar(0, i64)},
                      {.max_trips = bound})[0]
        .item<std::int64_t>();
  };
  EXPECT_EQ(count_to(5, 5), 5);
  EXPECT_EQ(count_to(0, 0), 0);
  expect_error<ValueError>([&] { count_to(6, 5); }, {"while_loop", "still true after max_trips = 5 trips"});
}

TEST(WhileLoop, WithoutABoundSaysHowToGetAGradient) {
  const Tensor x = tensor(std::vector<double>{2}, {1});
  const Tensor root = newton_root(x, -1);
  expect_error<GraphError>([&] { grad(sum(root), x); }, {"while_loop has no gradient", "max_trips = n"});
}

TEST(WhileLoop, SaysWhatDoesNotFit) {
  const Tensor s = normal({3});
  const auto step = [](const Tensors& st) { return st; };
  expect_error<ShapeError>(
      [&] { while_loop([](const Tensors& st) { return greater(st[0], 0); }, step, {s}); },
      {"while_loop: the condition gives bool[3]; expected a bool of rank 0"});
  expect_error<DTypeError>([&] { while_loop([](const Tensors& st) { return sum(st[0]); }, step, {s}); },
                           {"while_loop: the condition gives f64[]; expected a bool of rank 0"});
  expect_error<ShapeError>(
      [&] {
        while_loop([](const Tensors& st) { return greater(sum(st[0]), 0); },
                   [](const Tensors& st) { return Tensors{sum(st[0])}; }, {s});
      },
      {"while_loop: state 0 is f64[3] before a trip and f64[] after it"});
}

TEST(WhileLoop, AnErrorNamesTheTrip) {
  expect_error<NonFiniteError>(
      [] {
        while_loop([](const Tensors& s) { return less(s[1], scalar(9, i64)); },
                   [](const Tensors& s) {
                     return Tensors{check_finite(1 / (s[0] - 1), "inverse"), s[1] + 1};
                   },
                   {scalar(1.5, f64), scalar(0, i64)})[0]
            .item<double>();
      },
      {"while_loop, trip 2: inverse is inf"});
}

Tensor safe_root(const Tensor& x) {
  return cond(
      greater(sum(x), 0), [](const Tensors& in) { return Tensors{sqrt(in[0])}; },
      [](const Tensors& in) { return Tensors{in[0] * 2}; }, {x})[0];
}

TEST(Cond, OnlyTheTakenBranchReachesValueAndGradient) {
  const Tensor positive = tensor(std::vector<double>{4, 9}, {2}),
               negative = tensor(std::vector<double>{-4, 0}, {2});
  expect_near(safe_root(positive), sqrt(positive));
  expect_near(grad(sum(safe_root(positive)), positive), 0.5 / sqrt(positive));
  expect_near(safe_root(negative), negative * 2);
  expect_near(grad(sum(safe_root(negative)), negative),
              full({2}, 2, f64));  // sqrt would give NaN and infinity
}

TEST(Cond, RunsCompiledWithOneProgramForBothBranches) {
  auto f = compile([](Tensor x) {
    const Tensor y = safe_root(x);
    return Tensors{y, grad(sum(y), x)};
  });
  const Tensor positive = tensor(std::vector<double>{4, 9}, {2}),
               negative = tensor(std::vector<double>{-4, 0}, {2});
  expect_near(f(positive)[0], sqrt(positive));
  expect_near(f(negative)[1], full({2}, 2, f64));
  expect_near(f(positive)[1], 0.5 / sqrt(positive));
  EXPECT_EQ(f.traces(), 1u);
}

TEST(Cond, GradientsReachWhatEitherBranchCaptured) {
  Variable a(normal({3}), "a"), b(normal({3}), "b");
  const Tensor x = normal({3});
  for (const bool chosen : {true, false}) {
    const Tensor y = cond(
        scalar(chosen, boolean), [&](const Tensors& in) { return Tensors{in[0] * a.value()}; },
        [&](const Tensors& in) { return Tensors{in[0] + square(b.value())}; }, {x})[0];
    const Tensors slopes = grad(sum(y), std::vector<Variable>{a, b});
    expect_near(slopes[0], chosen ? x : zeros({3}, f64));
    expect_near(slopes[1], chosen ? zeros({3}, f64) : 2 * b.value());
    expect_near(grad(sum(y), x), chosen ? a.value() : ones({3}, f64));
  }
}

TEST(Cond, SecondGradientsAgreeWithDifferences) {
  const Tensor x = tensor(std::vector<double>{0.5, 1.5}, {2});
  for (const double sign : {1.0, -1.0}) {
    const GradientReport report = gradient_check(
        [&](const Tensors& in) {
          const Tensor y = cond(
              greater(sum(in[0]), 0), [](const Tensors& of) { return Tensors{of[0] * exp(of[0])}; },
              [](const Tensors& of) { return Tensors{sin(of[0])}; }, {in[0]})[0];
          return Tensors{grad(sum(square(y)), in[0])};
        },
        {x * sign});
    EXPECT_TRUE(report.passed) << report.to_string();
  }
}

TEST(Cond, SaysWhatDoesNotFit) {
  const Tensor x = normal({3}), yes = scalar(true, boolean);
  const auto same = [](const Tensors& in) { return in; };
  expect_error<ShapeError>(
      [&] { cond(yes, same, [](const Tensors& in) { return Tensors{sum(in[0])}; }, {x}); },
      {"cond: output 0 is f64[3] in then and f64[] in otherwise"});
  expect_error<DTypeError>(
      [&] { cond(yes, same, [](const Tensors& in) { return Tensors{cast(in[0], f32)}; }, {x}); },
      {"cond: output 0 is f64[3] in then and f32[3] in otherwise"});
  expect_error<ValueError>(
      [&] {
        cond(yes, same, [](const Tensors& in) { return Tensors{in[0], in[0]}; }, {x});
      },
      {"cond: then gives 1 outputs and otherwise 2"});
  expect_error<ShapeError>([&] { cond(greater(x, 0), same, same, {x}); },
                           {"cond: the predicate is bool[3]; expected a bool of rank 0"});
  expect_error<DTypeError>([&] { cond(sum(x), same, same, {x}); }, {"cond: the predicate is f64[]"});
}

}  // namespace
}  // namespace luge::testing
