// The kernels of layers over sequences, forward and backward, at extents that fill registers, blocks and
// threads in part, against the reference loops in double.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "backend/cpu/recurrent/steps.h"
#include "luge/ops/index.h"
#include "luge/ops/math.h"
#include "luge/ops/nn.h"
#include "luge/ops/sequence.h"
#include "support/op_run.h"

namespace luge::testing {
namespace {

std::vector<Value> values_in(const OpCase& row, DType dtype) {
  std::vector<Value> values;
  for (const Tensor& each : elements(row.inputs[0], row.name)) {
    values.push_back(value_of(is_floating(each.dtype()) ? cast(cast(each, f32), dtype) : each));
  }
  return values;
}

void expect_close(const OpCase& row, double tolerance) {
  const Traced narrow = trace(row, values_in(row, f32), true), wide = trace(row, values_in(row, f64), true);
  const auto got = run_graph(narrow.roots, narrow.leaves, narrow.values, {.backend = &cpu_backend()});
  const auto wanted = run_graph(wide.roots, wide.leaves, wide.values);
  ASSERT_EQ(got.size(), wanted.size());
  for (std::size_t k = 0; k < got.size(); ++k) {
    const auto reference = numbers(wanted[k]);
    double largest = 1;
    for (double x : reference) largest = std::max(largest, std::abs(x));
    EXPECT_LE(distance(numbers(got[k]), reference), tolerance * largest) << row.name << " result " << k;
  }
}

OpCase lstm_case(bool batch_first, std::int64_t steps, std::int64_t batch, std::int64_t in,
                 std::int64_t units) {
  const Shape x = batch_first ? Shape{batch, steps, in} : Shape{steps, batch, in};
  return {
      .name = fmt::format("lstm {} {} {} {}", steps, batch, in, units),
      .build =
          [=](const Tensors& t) {
            const LstmOutput out = lstm(t[0], t[1], t[2], t[3], {batch_first}, t[4], t[5]);
            return Tensors{out.y, out.h, out.c};
          },
      .inputs = {{uniform(x, -1, 1), uniform({4 * units, in}, -1, 1), uniform({4 * units, units}, -0.4, 0.4),
                  uniform({4 * units}), uniform({batch, units}), uniform({batch, units})}}};
}

OpCase gru_case(bool batch_first, std::int64_t steps, std::int64_t batch, std::int64_t in,
                std::int64_t units) {
  const Shape x = batch_first ? Shape{batch, steps, in} : Shape{steps, batch, in};
  return {
      .name = fmt::format("gru {} {} {} {}", steps, batch, in, units),
      .build =
          [=](const Tensors& t) {
            const GruOutput out = gru(t[0], t[1], t[2], t[3], t[4], {batch_first}, t[5]);
            return Tensors{out.y, out.h};
          },
      .inputs = {{uniform(x, -1, 1), uniform({3 * units, in}, -1, 1), uniform({3 * units, units}, -0.4, 0.4),
                  uniform({3 * units}), uniform({3 * units}), uniform({batch, units})}}};
}

TEST(SequenceKernels, RecurrentLayers) {
  for (const bool batch_first : {false, true}) {
    expect_close(lstm_case(batch_first, 3, 1, 3, 5), 1e-5);
    expect_close(lstm_case(batch_first, 4, 13, 17, 64), 1e-5);
    expect_close(lstm_case(batch_first, 2, 27, 16, 81), 1e-5);
    expect_close(gru_case(batch_first, 3, 1, 3, 5), 1e-5);
    expect_close(gru_case(batch_first, 4, 13, 17, 64), 1e-5);
    expect_close(gru_case(batch_first, 2, 27, 16, 81), 1e-5);
  }
}

TEST(SequenceKernels, AttentionOfThreeOperands) {
  for (const bool causal : {false, true}) {
    // One head is shared out by rows.
    for (const auto& [heads, rows, columns, depth, values] :
         std::vector<std::array<std::int64_t, 5>>{{2, 1, 1, 1, 1},
                                                  {2, 50, 70, 20, 33},
                                                  {1, 97, 64, 32, 64},
                                                  {2, 130, 130, 16, 16},
                                                  {1, 200, 230, 40, 24},
                                                  {3, 70, 20, 33, 17}}) {
      expect_close({.name = fmt::format("attention {}x{}x{}x{}x{}", heads, rows, columns, depth, values),
                    .build =
                        [causal](const Tensors& t) {
                          return Tensors{attention(t[0], t[1], t[2], {.causal = causal})};
                        },
                    .inputs = {{uniform({1, heads, rows, depth}), uniform({1, heads, columns, depth}),
                                uniform({1, heads, columns, values})}}},
                   1e-5);
    }
  }
}

// What is not a number stays in the rows that look at it.
TEST(SequenceKernels, AttentionPassesOnNaN) {
  constexpr std::int64_t rows = 40, depth = 8;
  std::vector<float> q(rows * depth, 0.5f), k(rows * depth, 0.25f), v(rows * depth, 1.0f);
  q[7 * depth + 3] = NAN;
  const auto of = [](const std::vector<float>& values) { return tensor(values, Shape{1, 1, rows, depth}); };
  const OpCase row{
      .name = "attention of NaN",
      .build = [](const Tensors& t) { return Tensors{attention(t[0], t[1], t[2], {.causal = true})}; },
      .inputs = {}};
  const Traced traced = trace(row, {value_of(of(q)), value_of(of(k)), value_of(of(v))}, false);
  const auto got =
      numbers(run_graph(traced.roots, traced.leaves, traced.values, {.backend = &cpu_backend()})[0]);
  for (std::size_t i = 0; i < got.size(); ++i) {
    if (i / depth == 7) {
      EXPECT_TRUE(std::isnan(got[i])) << i;
    } else {
      EXPECT_NEAR(got[i], 1, 1e-6) << i;
    }
  }
}

TEST(SequenceKernels, AttentionOfOneProjection) {
  for (const bool causal : {false, true}) {
    expect_close(
        {.name = "self attention",
         .build = [causal](const Tensors& t) { return Tensors{self_attention(t[0], 5, {.causal = causal})}; },
         .inputs = {{uniform({3, 60, 3 * 5 * 24})}}},
        1e-5);
  }
}

TEST(SequenceKernels, RowsTakenAndAdded) {
  expect_close({.name = "embedding",
                .build = [](const Tensors& t) { return Tensors{embedding(t[0], t[1])}; },
                .inputs = {{uniform({31, 70}), indices({40, 60}, 31)}}},
               1e-5);
  expect_close({.name = "take inner",
                .build = [](const Tensors& t) { return Tensors{take(t[0], t[1], 1)}; },
                .inputs = {{uniform({30, 7, 40}), indices({90}, 7)}}},
               1e-5);
}

TEST(SequenceKernels, CrossEntropyOfLabels) {
  for (const double smoothing : {0.0, 0.2}) {
    for (const std::int64_t classes : {1, 7, 16, 65, 1000}) {
      expect_close({.name = fmt::format("entropy of {}", classes),
                    .build =
                        [=](const Tensors& t) {
                          return Tensors{softmax_cross_entropy(
                              t[0], t[1], {.label_smoothing = smoothing, .ignore_index = classes / 2 + 1})};
                        },
                    .inputs = {{uniform({5, 9, classes}, -20, 20), indices({5, 9}, classes)}}},
                   1e-5);
    }
  }
}

double ulps(float got, double wanted) {
  const auto near = static_cast<float>(wanted);
  const double step = static_cast<double>(std::nextafter(std::abs(near), INFINITY)) - std::abs(near);
  return std::abs(static_cast<double>(got) - wanted) / step;
}

// One step without weights: the gates are the nonlinearities of the biases, i, f and o of a sigmoid, g of
// tanh.
TEST(SequenceKernels, NonlinearitiesAreExactToFewUlp) {
  constexpr std::size_t units = 60000;
  std::vector<float> biases(4 * units), weights(4 * 16), x = {0.0f};
  for (std::size_t part = 0; part < 4; ++part) {
    for (std::size_t k = 0; k < units; ++k) {
      const double at = 2 * (static_cast<double>(k) + 0.5) / units - 1, range = part == 2 ? 12 : 87;
      biases[part * units + k] = static_cast<float>(part % 2 == 0 ? range * at : range * at * at * at);
    }
  }
  cpu::recurrent::Forward f;
  f.e = {.steps = 1, .batch = 1, .in = 1, .units = 16, .batch_first = true};
  double sigmoid_error = 0, tanh_error = 0;
  const auto& functions = cpu::recurrent::forward_functions(cpu::recurrent::Cell::lstm);
  std::vector<float> state_weights(4 * 16 * 16), step(4 * 16), out(4 * 16);
  std::vector<float> packed(
      static_cast<std::size_t>(cpu::recurrent::forward_packed(cpu::recurrent::Cell::lstm, f.e)));
  std::vector<float> scratch(static_cast<std::size_t>(cpu::recurrent::forward_scratch(f.e).floats()));
  f.x = x.data(), f.w_ih = weights.data(), f.w_hh = state_weights.data(), f.b = step.data();
  f.gates = out.data(), f.packed = packed.data();
  for (std::size_t begin = 0; begin < units; begin += 16) {
    for (std::size_t part = 0; part < 4; ++part)
      std::copy_n(biases.begin() + static_cast<std::ptrdiff_t>(part * units + begin), 16,
                  step.begin() + static_cast<std::ptrdiff_t>(part * 16));
    functions.pack(f, 0, 1);
    functions.walk(f, scratch.data(), {.first_row = 0, .last_row = 1});
    for (std::size_t k = 0; k < 64; ++k) {
      const double b = step[k];
      if (k / 16 == 2) {
        tanh_error = std::max(tanh_error, ulps(out[k], std::tanh(b)));
      } else {
        sigmoid_error = std::max(sigmoid_error, ulps(out[k], 1 / (1 + std::exp(-b))));
      }
    }
  }
  EXPECT_LE(sigmoid_error, 3);
  EXPECT_LE(tanh_error, 4);
  EXPECT_GT(sigmoid_error, 0);
  EXPECT_GT(tanh_error, 0);
}

}  // namespace
}  // namespace luge::testing
