// Loops and branches: what they compute, what their gradients are, and what they say when a function does not
// fit.
#include "luge/ops/control.h"

#include <gtest/gtest.h>

#include <cmath>

#include "luge/autodiff.h"
#include "luge/compile.h"
#include "luge/gradient_check.h"
#include "luge/graph.h"
#include "luge/ops/activation.h"
#include "luge/ops/check.h"
#include "luge/ops/compare.h"
#include "luge/ops/dropout.h"
#include "luge/ops/index.h"
#include "luge/ops/linalg.h"
#include "luge/ops/math.h"
#include "luge/ops/random.h"
#include "luge/ops/reduce.h"
#include "luge/ops/sequence.h"
#include "luge/ops/shape.h"
#include "luge/random.h"
#include "luge/variable.h"
#include "support/errors.h"

namespace luge::testing {
namespace {

Tensor normal(const Shape& shape) { return random::normal(shape, 0, 1, f64); }

void expect_near(const Tensor& a, const Tensor& b, double tolerance = 1e-12) {
  ASSERT_EQ(a.shape(), b.shape());
  const auto x = cast(a, f64).to_vector<double>(), y = cast(b, f64).to_vector<double>();
  for (std::size_t i = 0; i < x.size(); ++i)
    ASSERT_NEAR(x[i], y[i], tolerance * std::max(1.0, std::abs(y[i]))) << "element " << i;
}

ScanTrip running_sum(const Tensors& s, const Tensors& x) {
  const Tensor next = s[0] + x[0];
  return {{next}, {next}};
}
Tensor scanned_sum(const Tensor& x) {
  return scan(running_sum, {zeros_like(select(x, 0, 0))}, {x}).outputs[0];
}

Scanned lstm_scan(const Tensors& in) {  // x, w_ih, w_hh, b, h0, c0
  return scan(
      [&](const Tensors& s, const Tensors& x) {
        const Tensors part = chunk(linear(x[0], in[1], in[3]) + linear(s[0], in[2]), 4, -1);
        const Tensor c = sigmoid(part[1]) * s[1] + sigmoid(part[0]) * tanh(part[2]);
        const Tensor h = sigmoid(part[3]) * tanh(c);
        return ScanTrip{{h, c}, {h}};
      },
      {in[4], in[5]}, {in[0]});
}

Tensors lstm_inputs(std::int64_t steps, std::int64_t batch, std::int64_t features, std::int64_t units) {
  return {normal({steps, batch, features}), normal({4 * units, features}),
          normal({4 * units, units}),       normal({4 * units}),
          normal({batch, units}),           normal({batch, units})};
}

TEST(Scan, ACumulativeSumIsCumsum) {
  for (const Shape& shape : {Shape{5, 3}, Shape{1, 3}, Shape{7}, Shape{4, 16}, Shape{3, 2, 5}}) {
    const Tensor x = normal(shape);
    expect_near(scanned_sum(x), cumsum(x, 0));
  }
}

TEST(Scan, ACumulativeProductIsCumprodAlsoInReverse) {
  const Tensor x = normal({6, 3});
  const auto product = [](const Tensors& s, const Tensors& in) {
    const Tensor next = s[0] * in[0];
    return ScanTrip{{next}, {next}};
  };
  expect_near(scan(product, {ones({3}, f64)}, {x}).outputs[0], cumprod(x, 0));
  expect_near(scan(product, {ones({3}, f64)}, {x}, {.reverse = true}).outputs[0],
              flip(cumprod(flip(x, {0}), 0), {0}));
}

TEST(Scan, AnLstmStepIsTheLstmOpInValueAndGradient) {
  const Tensors in = lstm_inputs(7, 3, 4, 5);
  const Scanned mine = lstm_scan(in);
  const LstmOutput whole = lstm(in[0], in[1], in[2], in[3], {}, in[4], in[5]);
  const Tensor seed = normal({7, 3, 5});
  const Tensors a = grad(sum(mine.outputs[0] * seed) + sum(mine.states[1]), in);
  const Tensors b = grad(sum(whole.y * seed) + sum(whole.c), in);
  for (std::size_t k = 0; k < in.size(); ++k) expect_near(a[k], b[k]);
  expect_near(mine.outputs[0], whole.y);
  expect_near(mine.states[0], whole.h);
  expect_near(mine.states[1], whole.c);
}

TEST(Scan, GradientsAndSecondGradientsAgreeWithDifferences) {
  const Tensors in = lstm_inputs(3, 2, 2, 2);
  const auto outputs = [](const Tensors& of) {
    const Scanned all = lstm_scan(of);
    return Tensors{all.outputs[0], all.states[0], all.states[1]};
  };
  const GradientReport report = gradient_check(outputs, in);
  EXPECT_TRUE(report.passed) << report.to_string();
  const auto slopes = [&](const Tensors& of) {
    const Tensors out = outputs(of);
    return grad(sum(square(out[0])) + sum(out[2]), of);
  };
  const GradientReport second = gradient_check(slopes, in);
  EXPECT_TRUE(second.passed) << second.to_string();
}

TEST(Scan, RunsCompiledAndForAnyNumberOfTrips) {
  auto step = compile([](Tensor x, Tensor w) {
    const Tensor total = sum(square(scan(
                                        [&](const Tensors& s, const Tensors& in) {
                                          const Tensor next = tanh(s[0] * w + in[0]);
                                          return ScanTrip{{next}, {next}};
                                        },
                                        {zeros({3}, f64)}, {x})
                                        .outputs[0]));
    return Tensors{total, grad(total, w, {.seed = {}, .allow_unused = true})};
  });
  const Tensor w = normal({3});
  for (const std::int64_t trips : {0, 1, 2, 5}) {
    const Tensor x = normal({trips, 3});
    Tensor s = zeros({3}, f64), total = scalar(0, f64);
    for (std::int64_t t = 0; t < trips; ++t) {
      s = tanh(s * w + select(x, 0, t));
      total = total + sum(square(s));
    }
    const Tensor slope = trips ? grad(total, w) : zeros_like(w);
    const Tensors result = step(x, w);
    expect_near(result[0], total);
    expect_near(result[1], slope);
  }
}

TEST(Scan, SpecializesAnUnknownNumberOfTripsAndAnUnknownBatch) {
  const Tensor x = graph::placeholder(f64, {unknown, unknown, 3}, "x");
  const Tensor start = sum(x, 0) * 0;
  const Scanned all = scan(running_sum, {start}, {x});
  EXPECT_EQ(all.outputs[0].shape(), (Shape{unknown, unknown, 3}));
  const Tensor slope = grad(sum(square(all.outputs[0])), x);
  graph::Session session;
  for (const auto& [trips, batch] : {std::pair{4, 2}, {1, 5}, {0, 2}}) {
    const Tensor value = normal({trips, batch, 3});
    const Tensors got = session.run({all.outputs[0], slope, all.states[0]}, {{x, value}});
    expect_near(got[0], cumsum(value, 0));
    expect_near(got[1], 2 * cumsum(cumsum(value, 0), 0, {.reverse = true}));
    expect_near(got[2], sum(value, 0));
  }
}

TEST(Scan, NoTripsGiveTheInitialStatesAndEmptyOutputs) {
  const Tensor start = normal({3});
  const Scanned all = scan(running_sum, {start}, {zeros({0, 3}, f64)});
  const Tensor slope = grad(sum(all.states[0]), start);
  expect_near(all.states[0], start);
  EXPECT_EQ(all.outputs[0].shape(), (Shape{0, 3}));
  expect_near(slope, ones({3}, f64));
}

TEST(Scan, TakesALengthInPlaceOfSequences) {
  const Scanned all = scan(
      [](const Tensors& s, const Tensors&) {
        return ScanTrip{{s[0] + s[1], s[0]}, {s[0]}};
      },
      {scalar(1, i64), scalar(0, i64)}, {}, {.length = 10});
  EXPECT_EQ(all.outputs[0].to_vector<std::int64_t>(),
            (std::vector<std::int64_t>{1, 1, 2, 3, 5, 8, 13, 21, 34, 55}));
}

TEST(Scan, StatesMaySwapAndOutputsMayBeInputs) {
  const Tensor a = normal({5}), b = normal({5}), x = normal({3, 5}), outside = normal({5});
  const Scanned all = scan(
      [&](const Tensors& s, const Tensors& in) {
        return ScanTrip{{s[1], s[0]}, {in[0], s[0], outside, s[0]}};
      },
      {a, b}, {x});
  expect_near(all.states[0], b);
  expect_near(all.states[1], a);
  expect_near(all.outputs[0], x);
  expect_near(all.outputs[1], stack({a, b, a}));
  expect_near(all.outputs[2], stack({outside, outside, outside}));
  expect_near(all.outputs[3], all.outputs[1]);
}

TEST(Scan, EachTripDrawsItsOwnNumbersAndTheGradientSeesTheSame) {
  random::seed(7);
  const Tensor x = ones({4, 50}, f64);
  const auto dropped = [&] {
    return scan(
               [](const Tensors&, const Tensors& in) {
                 return ScanTrip{{}, {dropout(in[0], 0.5)}};
               },
               {}, {x})
        .outputs[0];
  };
  const Tensor y = dropped(), slope = grad(sum(y), x);
  const auto values = y.to_vector<double>();
  EXPECT_NE(std::vector(values.begin(), values.begin() + 50),
            std::vector(values.begin() + 50, values.begin() + 100));
  EXPECT_EQ(slope.to_vector<double>(), values);  // x is 1
  EXPECT_NE(dropped().to_vector<double>(), values);
  random::seed(7);
  EXPECT_EQ(dropped().to_vector<double>(), values);
}

TEST(Scan, DrawsAgainAtEachCallOfACompiledFunction) {
  random::seed(3);
  auto draw = compile([](Tensor x) {
    return scan(
               [](const Tensors& s, const Tensors& in) {
                 return ScanTrip{{s[0] + random::uniform({2}, 0, 1, f64)},
                                 {in[0] + random::normal({2}, 0, 1, f64)}};
               },
               {zeros({2}, f64)}, {x})
        .outputs[0];
  });
  const Tensor x = zeros({3, 2}, f64);
  const auto first = draw(x).to_vector<double>(), second = draw(x).to_vector<double>();
  EXPECT_NE(first, second);
  random::seed(3);
  EXPECT_EQ(draw(x).to_vector<double>(), first);
}

TEST(Scan, ReadsVariablesAndRefusesToAssignThem) {
  Variable w(normal({3}), "w");
  const Tensor x = normal({4, 3});
  const Tensor y = scan(
                       [&](const Tensors& s, const Tensors& in) {
                         return ScanTrip{{s[0] + in[0] * w.value()}, {}};
                       },
                       {zeros({3}, f64)}, {x})
                       .states[0];
  expect_near(grad(sum(y), w), sum(x, 0));
  expect_error<StateError>(
      [&] {
        scan(
            [&](const Tensors& s, const Tensors& in) {
              w.assign(w.value() + in[0]);
              return ScanTrip{{s[0] + w.value()}, {}};
            },
            {zeros({3}, f64)}, {x});
      },
      {"scan", "step", "Variable 'w'", "Return the new value"});
}

TEST(Scan, ReadsWhatACompiledFunctionAssignedBefore) {
  Variable w(full({2}, 1, f64), "w");
  auto step = compile([&](Tensor x) {
    w.assign(w.value() * 3);
    return scan(
               [&](const Tensors& s, const Tensors& in) {
                 return ScanTrip{{s[0] + in[0] * w.value()}, {}};
               },
               {zeros({2}, f64)}, {x})
        .states[0];
  });
  const Tensor x = ones({4, 2}, f64);
  EXPECT_EQ(step(x).to_vector<double>(), (std::vector<double>{12, 12}));
  EXPECT_EQ(step(x).to_vector<double>(), (std::vector<double>{36, 36}));
}

TEST(Scan, NestsAndContainsBranches) {
  const Tensor x = normal({3, 4});
  const auto rows = [](const Tensor& of) {
    return scan(
        [](const Tensors& s, const Tensors& row) {
          const Scanned inner = scan(
              [&](const Tensors& t, const Tensors& each) {
                const Tensor next = cond(
                    greater(each[0], 0), [&](const Tensors& in) { return Tensors{in[0] + each[0] * s[0]}; },
                    [](const Tensors& in) { return Tensors{in[0] * 0.5}; }, {t[0]})[0];
                return ScanTrip{{next}, {}};
              },
              {s[0]}, {row[0]});
          return ScanTrip{{inner.states[0]}, {inner.states[0]}};
        },
        {scalar(1, f64)}, {of});
  };
  const Tensor y = rows(x).outputs[0];
  const auto values = x.to_vector<double>();
  std::vector<double> expected;
  double s = 1;
  for (int r = 0; r < 3; ++r) {
    double t = s;
    for (int c = 0; c < 4; ++c) {
      const double each = values[static_cast<std::size_t>(4 * r + c)];
      t = each > 0 ? t + each * s : t * 0.5;
    }
    s = t;
    expected.push_back(s);
  }
  expect_near(y, tensor(expected, {3}));
  const GradientReport report =
      gradient_check([&](const Tensors& in) { return Tensors{rows(in[0]).outputs[0]}; }, {x});
  EXPECT_TRUE(report.passed) << report.to_string();
}

// Gradient descent as a scan: the step takes a gradient, and a gradient passes through all steps.
TEST(Scan, AStepMayTakeGradients) {
  const Tensor target = normal({3});
  const auto descend = [](const Tensor& to) {
    return scan(
               [&](const Tensors& s, const Tensors&) {
                 const Tensor slope = grad(sum(square(s[0] - to)), s[0]);
                 return ScanTrip{{s[0] - 0.25 * slope}, {}};
               },
               {to * 0}, {}, {.length = 60})
        .states[0];
  };
  const Tensor found = descend(target), slope = grad(sum(found), target);
  expect_near(found, target);
  expect_near(slope, ones({3}, f64));
}

TEST(Scan, NestsUpToALimit) {
  const std::function<Tensor(const Tensor&, int)> deep = [&](const Tensor& x, int left) -> Tensor {
    if (left == 0) return x + 1;
    return scan(
               [&](const Tensors& s, const Tensors&) {
                 return ScanTrip{{deep(s[0], left - 1)}, {}};
               },
               {x}, {}, {.length = 1})
        .states[0];
  };
  EXPECT_EQ(deep(scalar(1, f64), 5).item<double>(), 2);
  expect_error<GraphError>([&] { deep(scalar(1, f64), 40); }, {"nested more than 32 deep"});
}

TEST(Scan, AnErrorInATripNamesTheTrip) {
  const Tensor x = tensor(std::vector<double>{1, 2, 0, 4}, {4});
  expect_error<NonFiniteError>(
      [&] {
        scan(
            [](const Tensors& s, const Tensors& in) {
              return ScanTrip{{s[0] + check_finite(1 / in[0], "inverse")}, {}};
            },
            {scalar(0, f64)}, {x})
            .states[0]
            .to_vector<double>();
      },
      {"scan, trip 2: inverse is inf"});
  const Tensor table = normal({5}), at = tensor(std::vector<std::int64_t>{0, 4, 5}, {3});
  expect_error<IndexError>(
      [&] {
        scan(
            [&](const Tensors& s, const Tensors& in) {
              return ScanTrip{{s[0] + sum(take(table, unsqueeze(in[0], 0), 0))}, {}};
            },
            {scalar(0, f64)}, {at})
            .states[0]
            .to_vector<double>();
      },
      {"scan, trip 2: ", "5"});
}

TEST(Scan, SaysWhatDoesNotFit) {
  const Tensor x = normal({4, 3}), s = zeros({3}, f64);
  const auto with = [&](const std::function<ScanTrip(const Tensors&, const Tensors&)>& step) {
    return [&, step] { scan(step, {s}, {x}); };
  };
  expect_error<ShapeError>(with([](const Tensors& st, const Tensors&) {
                             return ScanTrip{{unsqueeze(st[0], 0)}, {}};
                           }),
                           {"scan: state 0 is f64[3] before a trip and f64[1,3] after it"});
  expect_error<DTypeError>(with([](const Tensors& st, const Tensors&) {
                             return ScanTrip{{cast(st[0], f32)}, {}};
                           }),
                           {"scan: state 0 is f64[3] before a trip and f32[3] after it"});
  expect_error<ValueError>(with([](const Tensors&, const Tensors&) {
                             return ScanTrip{{}, {}};
                           }),
                           {"scan: the step gave 0 states; expected 1"});
  expect_error<StateError>(with([](const Tensors&, const Tensors&) {
                             return ScanTrip{{Tensor()}, {}};
                           }),
                           {"scan: the step returned an empty tensor"});
  expect_error<GraphError>(with([](const Tensors& st, const Tensors&) {
                             st[0].to_vector<double>();
                             return ScanTrip{{st[0]}, {}};
                           }),
                           {"is read while a function is being compiled"});
  expect_error<ValueError>([&] { scan(running_sum, {s}, {}); }, {"scan", "length"});
  expect_error<ShapeError>([&] { scan(running_sum, {scalar(0, f64)}, {scalar(1, f64)}); },
                           {"scan: sequence 0 is f64[]"});
}

TEST(BadInput, C70_ScanOfMismatchedLengthsAndBounds) {
  const Tensor s = zeros({3}, f64);
  expect_error<ShapeError>(
      [&] {
        scan(running_sum, {s}, {normal({4, 3}), normal({5, 3})});
      },
      {"scan: sequence 1 is f64[5,3]; expected extent 4 of axis 0"});
  expect_error<ShapeError>(
      [&] {
        scan(running_sum, {s}, {normal({4, 3})}, {.length = 5});
      },
      {"scan: sequence 0 is f64[4,3]; expected extent 5 of axis 0, as length says"});
  expect_error<ValueError>(
      [&] {
        scan(
            [](const Tensors& st, const Tensors&) {
              return ScanTrip{{st[0]}, {}};
            },
            {s}, {}, {.length = std::int64_t{1} << 62});
      },
      {"scan: length is 4611686018427387904"});
  expect_error<ValueError>(
      [&] {
        while_loop([](const Tensors& st) { return less(sum(st[0]), 1); },
                   [](const Tensors& st) { return st; }, {s}, {.max_trips = std::int64_t{1} << 62});
      },
      {"while_loop: max_trips is 4611686018427387904"});
}

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
