// Scans: what they compute, and what their gradients are.
#include "luge/ops/control.h"

#include <gtest/gtest.h>

#include "luge/autodiff.h"
#include "luge/compile.h"
#include "luge/gradient_check.h"
#include "luge/graph.h"
#include "luge/ops/activation.h"
#include "luge/ops/compare.h"
#include "luge/ops/dropout.h"
#include "luge/ops/linalg.h"
#include "luge/ops/math.h"
#include "luge/ops/random.h"
#include "luge/ops/reduce.h"
#include "luge/ops/sequence.h"
#include "luge/ops/shape.h"
#include "luge/random.h"
#include "luge/variable.h"
#include "ops/near.h"
#include "support/errors.h"

namespace luge::testing {
namespace {

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

}  // namespace
}  // namespace luge::testing
