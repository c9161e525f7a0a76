// Weights of positions: masks of padded sequences and of pictures.
#include <gtest/gtest.h>

#include <cmath>

#include "luge/autodiff.h"
#include "luge/compile.h"
#include "luge/gradient_check.h"
#include "luge/graph.h"
#include "luge/loss/loss.h"
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/random.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "luge/variable.h"
#include "support/errors.h"

namespace luge::loss {
namespace {

using testing::expect_error;

constexpr std::int64_t kBatch = 3, kTime = 4, kWidth = 5;

// A loss with predictions and targets of sequences [3,4,…], and those of a position as a sample.
struct Row {
  std::string name;
  Loss loss;
  Tensor prediction, target;
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

std::vector<Row> rows() {
  random::seed(11);
  const Tensor numbers = random::uniform({kBatch, kTime, kWidth}, -2, 2, f64);
  const Tensor others = random::uniform({kBatch, kTime, kWidth}, 0, 1, f64);
  const Tensor labels = tensor<std::int64_t>({0, 2, 1, 3, 2, 4, 0, 1, 3, 2, 1, 0}, {kBatch, kTime});
  return {
      {"mse", MSE(), numbers, others},
      {"mse_of_numbers", MSE(), slice(numbers, {.axis = 2, .stop = 1}),
       squeeze(slice(others, {.axis = 2, .stop = 1}), 2)},
      {"binary", BinaryCrossEntropy(), numbers, others},
      {"positives", BinaryCrossEntropy({.positive_weight = 3}), numbers, others},
      {"softmax", SoftmaxCrossEntropy(), numbers, labels},
      {"column", SoftmaxCrossEntropy(), numbers, unsqueeze(labels, 2)},
      {"probabilities", SoftmaxCrossEntropy(), numbers, softmax(others)},
      {"class_weights", SoftmaxCrossEntropy({.class_weights = {1, 2, 3, 0.5, 0}}), numbers, labels},
      {"ignoring", SoftmaxCrossEntropy({.ignore_index = 2}), numbers, labels},
      {"last_by_number", SoftmaxCrossEntropy({.axis = 2}), numbers, labels},
      {"classes_first", SoftmaxCrossEntropy({.axis = 1}), transpose(numbers, 1, 2), labels},
      {"classes_first_probabilities", SoftmaxCrossEntropy({.axis = 1}), transpose(numbers, 1, 2),
       transpose(softmax(others), 1, 2)},
  };
}

class PositionWeights : public ::testing::TestWithParam<Row> {
 protected:
  // x [3,4,…] with `by` for all positions of weight 0, also where the classes are on axis 1.
  Tensor with(double by, const Tensor& x, const Tensor& weight) const {
    Tensor zero = equal(weight, 0);
    if (x.rank() == 3) zero = unsqueeze(zero, x.extent(1) == kTime ? 2 : 1);
    return is_floating(x.dtype()) ? where(zero, by, x) : x;
  }
  const Tensor weight_ = tensor<double>({1, 0.5, 0, 2, 0, 0, 0, 0, 3, 1, 1, 0}, {kBatch, kTime});
};

// Each position alone is a sample of weight 1; the costs are added up by hand.
TEST_P(PositionWeights, SumsAreThoseOfThePositions) {
  const Row& row = GetParam();
  const auto at = [](const Tensor& x, std::int64_t n, std::int64_t t) {
    const int time = x.rank() == 3 && x.extent(1) == kWidth ? 2 : 1;
    const Tensor one = slice(x, {.axis = 0, .start = n, .stop = n + 1});
    return squeeze(slice(one, {.axis = time, .start = t, .stop = t + 1}), time);
  };
  const bool by_number = row.loss.about().axis > 0;
  const Loss alone = by_number ? Loss(SoftmaxCrossEntropy({.axis = 1})) : row.loss;
  const auto weights = weight_.to_vector<double>();
  double cost = 0, weight = 0;
  for (std::int64_t n = 0; n < kBatch; ++n) {
    for (std::int64_t t = 0; t < kTime; ++t) {
      const double own = weights[static_cast<std::size_t>(n * kTime + t)];
      const Sums sums = alone.sums(at(row.prediction, n, t), at(row.target, n, t));
      cost += own * sums.cost.item<double>();
      weight += own * sums.weight.item<double>();
    }
  }
  const Sums sums = row.loss.sums(row.prediction, row.target, weight_);
  EXPECT_NEAR(sums.cost.item<double>(), cost, 1e-12 * std::abs(cost));
  EXPECT_NEAR(sums.weight.item<double>(), weight, 1e-12);
  EXPECT_NEAR(row.loss(row.prediction, row.target, weight_).item<double>(), cost / weight, 1e-12);
}

TEST_P(PositionWeights, GradientsAreRight) {
  const Row& row = GetParam();
  const auto report = gradient_check(
      [&](const Tensors& in) { return Tensors{row.loss(in[0], row.target, weight_)}; }, {row.prediction});
  EXPECT_TRUE(report.passed) << report.to_string();
}

TEST_P(PositionWeights, WhatHasWeightZeroMayHoldAnything) {
  const Row& row = GetParam();
  const auto run = [&](const Tensor& prediction, const Tensor& target) {
    const Variable p(prediction, "p");
    const Tensor cost = row.loss(p.value(), target, weight_), slope = grad(cost, p);
    eval({cost, slope});
    auto all = slope.to_vector<double>();
    all.push_back(cost.item<double>());
    return all;
  };
  EXPECT_EQ(run(with(NAN, row.prediction, weight_), with(NAN, row.target, weight_)),
            run(row.prediction, row.target));
}

TEST_P(PositionWeights, ABoolMaskIsZerosAndOnes) {
  const Row& row = GetParam();
  const Tensor mask = greater(weight_, 0);
  EXPECT_EQ(row.loss(row.prediction, row.target, mask).item<double>(),
            row.loss(row.prediction, row.target, cast(mask, f64)).item<double>());
  EXPECT_EQ(row.loss(row.prediction, row.target, zeros({kBatch, kTime})).item<double>(), 0);
}

TEST_P(PositionWeights, CompiledAndCountedAlike) {
  const Row& row = GetParam();
  const auto cost = compile([&](Tensor p, Tensor t, Tensor w) { return row.loss(p, t, w); });
  EXPECT_NEAR(cost(row.prediction, row.target, weight_).item<double>(),
              row.loss(row.prediction, row.target, weight_).item<double>(), 1e-12);
  const Tensor counted = row.loss.counted(row.prediction, row.target, weight_);
  EXPECT_EQ(counted.shape(), row.target.shape());
  const double share =
      sum(cast(counted, f64)).item<double>() / static_cast<double>(counted.shape().elements());
  // Six positions of twelve weigh something; two of them have the label 2.
  EXPECT_NEAR(share, row.name == "ignoring" ? 4.0 / 12 : 6.0 / 12, 1e-12);
}

INSTANTIATE_TEST_SUITE_P(Every, PositionWeights, ::testing::ValuesIn(rows()),
                         [](const auto& info) { return info.param.name; });

TEST(Weights, PaddingTwiceAsFarChangesNoNumber) {
  random::seed(5);
  const Tensor logits = random::uniform({2, 3, 4}, -1, 1), labels = random::randint(0, 4, {2, 3});
  const Tensor mask = tensor<bool>({true, true, false, true, true, true}, {2, 3});
  const auto run = [&](std::int64_t padding) {
    const auto padded = [&](const Tensor& x, const Tensor& by) { return concat({x, by}, 1); };
    const Variable p(padded(logits, full({2, padding, 4}, NAN)), "p");
    const Tensor t = padded(labels, zeros({2, padding}, i64)), w = padded(mask, zeros({2, padding}, boolean));
    const Loss loss = SoftmaxCrossEntropy();
    const Tensor cost = loss(p.value(), t, w), slope = slice(grad(cost, p), {.axis = 1, .stop = 3});
    const Sums sums = loss.sums(p.value(), t, w);
    auto all = slope.to_vector<double>();
    for (const Tensor& figure : {cost, sums.cost, sums.weight}) all.push_back(figure.item<double>());
    return all;
  };
  EXPECT_EQ(run(3), run(6));
  EXPECT_EQ(run(3).back(), 5);
}

TEST(Weights, CostsKeepTheShapeOfThePositions) {
  const Tensor p = tensor<double>({1, 2, 3, 4, 5, 6, 7, 8}, {2, 2, 2}), t = zeros({2, 2, 2}, f64);
  const Tensor each = MSE(Reduction::none)(p, t, tensor<double>({1, 2, 0, 1}, {2, 2}));
  EXPECT_EQ(each.shape(), (Shape{2, 2}));
  EXPECT_EQ(each.to_vector<double>(), (std::vector<double>{2.5, 25, 0, 56.5}));
}

TEST(Weights, ShapesMayBeUnknownUntilTheProgramRuns) {
  random::seed(6);
  const Tensor p = graph::placeholder(f64, {unknown, unknown, 4}, "p"),
               labels = graph::placeholder(i64, {unknown, unknown}, "labels"),
               mask = graph::placeholder(boolean, {unknown, unknown}, "mask");
  graph::Session session;
  for (const Reduction reduction : {Reduction::mean, Reduction::sum, Reduction::none}) {
    const SoftmaxCrossEntropy loss({.reduction = reduction});
    const Tensor later = loss(p, labels, mask);
    for (const std::int64_t time : {3, 5}) {
      const Tensor x = random::uniform({2, time, 4}, -1, 1, f64), y = random::randint(0, 4, {2, time}),
                   w = greater(random::uniform({2, time}, -1, 1), 0);
      const Tensor got = session.run(later, {{p, x}, {labels, y}, {mask, w}}), expected = loss(x, y, w);
      EXPECT_EQ(got.shape(), expected.shape());
      const auto a = got.to_vector<double>(), b = expected.to_vector<double>();
      for (std::size_t k = 0; k < a.size(); ++k) EXPECT_NEAR(a[k], b[k], 1e-12);
    }
  }
}

TEST(BadInput, C01_WeightsThatDoNotFitAreNamed) {
  const Tensor p = ones({2, 3, 4}), labels = zeros({2, 3}, i64);
  const auto refused = [&](const Loss& loss, const Tensor& prediction, const Tensor& target,
                           const Shape& weight) {
    expect_error<ShapeError>([&] { loss(prediction, target, ones(weight)); },
                             {loss.name(), "sample weights", weight.to_string()});
  };
  refused(SoftmaxCrossEntropy(), p, labels, {2, 3, 4});
  refused(SoftmaxCrossEntropy(), p, labels, {2, 4});
  refused(SoftmaxCrossEntropy(), p, labels, {3});
  refused(SoftmaxCrossEntropy(), p, labels, {});
  refused(SoftmaxCrossEntropy({.axis = 1}), transpose(p), labels, {2, 4});
  refused(MSE(), p, p, {2, 4});
  refused(MSE(), p, p, {2, 3, 4, 1});
  refused(MSE(), ones({2, 1}), ones({2}), {2, 1});
}

}  // namespace
}  // namespace luge::loss
