// CTC: published values, impossible, empty and padded targets, and the sum of all alignments made of plain
// ops.
#include <gtest/gtest.h>

#include <cmath>

#include "luge/autodiff.h"
#include "luge/ops/activation.h"
#include "luge/ops/ctc_loss.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"

namespace luge {
namespace {

Tensor ids(const std::vector<std::int64_t>& values, const Shape& shape) { return tensor(values, shape); }
Tensor lengths(const std::vector<std::int64_t>& values) {
  return ids(values, Shape{static_cast<std::int64_t>(values.size())});
}
Tensor logits(const std::vector<double>& values, const Shape& shape) { return tensor<double>(values, shape); }

// Source: the small test of baidu-research/warp-ctc, whose activations are logits.
TEST(Ctc, GivesThePublishedCost) {
  const Tensor x = logits({.1, .6, .1, .1, .1, .1, .1, .6, .1, .1}, {2, 1, 5});
  const Tensor cost = ctc_loss(log_softmax(x), ids({1, 2}, {1, 2}), lengths({2}), lengths({2}));
  const Tensor gradient = grad(sum(cost), {x})[0];
  EXPECT_NEAR(cost.to_vector<double>()[0], 2.462858, 5e-7);
  // Its gradient is the softmax minus the one alignment that there is.
  const std::vector<double> p = softmax(x).to_vector<double>(), slope = gradient.to_vector<double>();
  for (std::size_t k = 0; k < p.size(); ++k) EXPECT_NEAR(slope[k], p[k] - (k == 1 || k == 7 ? 1 : 0), 1e-12);
}

// As PyTorch: infinity, or 0 with zero_infinity, and the gradient 0 either way.
TEST(Ctc, ImpossibleTargetsHaveNoGradient) {
  const Tensor x = logits({.3, -1, 2, .5, .1, -.2}, {2, 1, 3});
  for (const auto& [target, count] : std::vector<std::pair<std::vector<std::int64_t>, std::int64_t>>{
           {{1, 2, 1}, 3}, {{1, 1, 0}, 2}}) {  // more labels than positions; a repeated label needs a blank
    for (const bool zero : {false, true}) {
      const Tensor cost = ctc_loss(log_softmax(x), ids(target, {1, 3}), lengths({2}), lengths({count}),
                                   {.zero_infinity = zero});
      const Tensor gradient = grad(sum(cost), {x})[0];
      EXPECT_EQ(cost.to_vector<double>()[0], zero ? 0 : INFINITY);
      for (const double slope : gradient.to_vector<double>()) EXPECT_EQ(slope, 0);
    }
  }
}

// Without labels, every position is a blank; without positions, nothing but no labels can be read.
TEST(Ctc, TakesTargetsAndInputsOfLengthZero) {
  const Tensor x = logits({.3, -1, 2, .5, .1, -.2}, {2, 1, 3});
  const Tensor logs = log_softmax(x);
  const std::vector<double> p = logs.to_vector<double>();
  EXPECT_NEAR(ctc_loss(logs, ids({7, 7}, {1, 2}), lengths({2}), lengths({0})).to_vector<double>()[0],
              -p[0] - p[3], 1e-12);
  EXPECT_EQ(ctc_loss(logs, ids({1, 2}, {1, 2}), lengths({0}), lengths({0})).to_vector<double>()[0], 0);
  EXPECT_EQ(ctc_loss(logs, ids({1, 2}, {1, 2}), lengths({0}), lengths({1})).to_vector<double>()[0], INFINITY);
}

// What is beyond the lengths changes neither the cost nor the gradient, even where it is not a number.
TEST(Ctc, PaddingChangesNothing) {
  const Tensor x = logits({.3, -1, 2, .5, .1, -.2, 1, 1.5, -.7}, {3, 1, 3});
  const auto both = [&](const Tensor& logs, const Tensor& of, const std::vector<std::int64_t>& target) {
    const auto count = static_cast<std::int64_t>(target.size());
    const Tensor cost = ctc_loss(logs, ids(target, {1, count}), lengths({3}), lengths({2}));
    const Tensor gradient = grad(sum(cost), {of})[0];
    return std::pair(cost.to_vector<double>(), gradient.to_vector<double>());
  };
  const auto [cost, slope] = both(log_softmax(x), x, {1, 2});
  const Tensor beyond = logits({9, 9, 9, NAN, -INFINITY, INFINITY}, {2, 1, 3});
  const auto [padded_cost, padded_slope] = both(concat({log_softmax(x), beyond}, 0), x, {1, 2, 99, -5});
  EXPECT_EQ(padded_cost, cost);
  EXPECT_EQ(padded_slope, slope);
}

// The decomposition: the log of the sum over states, position after position, made of plain ops.
Tensor of_plain_ops(const Tensor& logs, const std::vector<std::int64_t>& labels) {
  const std::int64_t positions = logs.extent(0), classes = logs.extent(2);
  std::vector<std::int64_t> states = {0};
  for (const std::int64_t label : labels) states.insert(states.end(), {label, 0});
  const auto p = [&](std::int64_t t, std::int64_t state) {
    const std::int64_t at = t * classes + states[static_cast<std::size_t>(state)];
    return exp(reshape(slice(reshape(logs, {positions * classes}), 0, at, at + 1), Shape{}));
  };
  const auto count = static_cast<std::int64_t>(states.size());
  const Tensor zero = zeros(Shape{}, f64);
  std::vector<Tensor> ways(states.size(), zero);
  ways[0] = p(0, 0);
  if (count > 1) ways[1] = p(0, 1);
  for (std::int64_t t = 1; t < positions; ++t) {
    std::vector<Tensor> next;
    for (std::int64_t s = 0; s < count; ++s) {
      const auto k = static_cast<std::size_t>(s);
      Tensor all = ways[k];
      if (s >= 1) all = all + ways[k - 1];
      if (s >= 2 && s % 2 == 1 && states[k] != states[k - 2]) all = all + ways[k - 2];
      next.push_back(all * p(t, s));
    }
    ways = std::move(next);
  }
  return neg(log(count > 1 ? ways[ways.size() - 1] + ways[ways.size() - 2] : ways[0]));
}

TEST(Ctc, IsItsDecomposition) {
  std::vector<double> values;
  for (int k = 0; k < 24; ++k) values.push_back(std::sin(1.7 * k) * 2);
  const Tensor x = logits(values, {6, 1, 4});
  for (const std::vector<std::int64_t>& labels :
       std::vector<std::vector<std::int64_t>>{{1, 2, 3}, {1, 1}, {2, 2, 2}, {3}, {1, 2, 1, 2, 3}}) {
    const auto count = static_cast<std::int64_t>(labels.size());
    const Tensor kernel = ctc_loss(log_softmax(x), ids(labels, {1, count}), lengths({6}), lengths({count}));
    const Tensor plain = of_plain_ops(log_softmax(x), labels);
    const Tensor of_kernel = grad(sum(kernel), {x})[0], of_plain = grad(plain, {x})[0];
    EXPECT_NEAR(kernel.to_vector<double>()[0], plain.to_vector<double>()[0], 1e-11);
    const std::vector<double> a = of_kernel.to_vector<double>(), b = of_plain.to_vector<double>();
    for (std::size_t k = 0; k < a.size(); ++k) EXPECT_NEAR(a[k], b[k], 1e-10);
  }
}

}  // namespace
}  // namespace luge
