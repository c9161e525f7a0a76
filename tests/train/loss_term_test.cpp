// What objectives give of losses and of costs agrees with the losses.
#include <gtest/gtest.h>

#include <cmath>

#include "luge/autodiff.h"
#include "luge/gradient_check.h"
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/random.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "luge/train/objective.h"
#include "luge/variable.h"
#include "support/errors.h"

namespace luge::train {
namespace {

using loss::Loss;
using loss::Reduction;
using testing::expect_error;

struct Row {
  std::string name;
  std::function<Loss(Reduction)> make;
  Tensor prediction, target;
  Tensor costs() const { return make(Reduction::none)(prediction, target); }
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

std::vector<Row> rows() {
  random::seed(2);
  const Tensor x = random::uniform({6, 3}, -2, 2, f64), t = random::uniform({6, 3}, 0, 1, f64);
  const Tensor labels = random::randint(0, 3, {6});
  const auto mse = [](Reduction r) { return loss::MSE(r); };
  const auto softmax = [](Reduction r) { return loss::SoftmaxCrossEntropy({.reduction = r}); };
  return {{"mse", mse, x, t},
          {"binary", [](Reduction r) { return loss::BinaryCrossEntropy({.reduction = r}); }, x, t},
          {"softmax", softmax, x, labels},
          {"softmax_of_positions", softmax, reshape(x, {2, 3, 3}), reshape(labels, {2, 3})}};
}

double number(const Tensor& x) { return x.item<double>(); }

void expect_equal(const LossTerm& got, const LossTerm& expected) {
  EXPECT_EQ(got.value.shape(), Shape{});
  EXPECT_EQ(got.value.dtype(), expected.value.dtype());
  EXPECT_NEAR(number(got.value), number(expected.value), 1e-12);
  for (const auto& [own, other] : {std::pair{got.cost, expected.cost}, {got.weight, expected.weight}}) {
    ASSERT_EQ(own.defined(), other.defined());
    if (!own.defined()) continue;
    EXPECT_EQ(own.dtype(), f64);
    EXPECT_EQ(own.shape(), Shape{});
    EXPECT_NEAR(number(own), number(other), 1e-12);
  }
}

class LossTerms : public ::testing::TestWithParam<Row> {};

TEST_P(LossTerms, OfALossAreItsValueAndItsSums) {
  const Row& row = GetParam();
  for (const Tensor& weight :
       {Tensor(), random::uniform(Shape{row.target.extent(0)}, 0, 2, f64), zeros({row.target.extent(0)})}) {
    const Loss mean = row.make(Reduction::mean), sum = row.make(Reduction::sum);
    const loss::Sums sums = mean.sums(row.prediction, row.target, weight);
    expect_equal(LossTerm::of(mean, row.prediction, row.target, weight),
                 {mean(row.prediction, row.target, weight), sums.cost, sums.weight});
    expect_equal(LossTerm::of(sum, row.prediction, row.target, weight),
                 {sum(row.prediction, row.target, weight), sums.cost, {}});
    EXPECT_NEAR(number(Loss::mean(sums)), number(mean(row.prediction, row.target, weight)), 1e-12);
  }
}

TEST_P(LossTerms, OfCostsAgreeWithTheLoss) {
  const Row& row = GetParam();
  const Tensor costs = row.costs();
  expect_equal(LossTerm::mean(costs), LossTerm::of(row.make(Reduction::mean), row.prediction, row.target));
  expect_equal(LossTerm::sum(costs), LossTerm::of(row.make(Reduction::sum), row.prediction, row.target));
  for (const Tensor& weight :
       {random::uniform(costs.shape(), 0, 2, f64), zeros(costs.shape()), ones(costs.shape(), boolean)}) {
    expect_equal(LossTerm::mean(costs, weight),
                 LossTerm::of(row.make(Reduction::mean), row.prediction, row.target, weight));
  }
}

// Sums of parts, added up as a training does, give the one mean.
TEST_P(LossTerms, SumsOfUnevenBatchesGiveTheWholesMean) {
  const Row& row = GetParam();
  const Loss mean = row.make(Reduction::mean);
  const std::int64_t samples = row.target.extent(0);
  double cost = 0, weight = 0;
  for (const auto& [from, to] : {std::pair<std::int64_t, std::int64_t>{0, 1}, {1, samples}}) {
    const auto part = [&](const Tensor& x) { return slice(x, {.start = from, .stop = to}); };
    const LossTerm term = LossTerm::of(mean, part(row.prediction), part(row.target));
    cost += number(term.cost);
    weight += number(term.weight);
  }
  EXPECT_NEAR(cost / weight, number(mean(row.prediction, row.target)), 1e-12);
}

TEST_P(LossTerms, HaveSecondGradients) {
  const Row& row = GetParam();
  const Tensor weight = random::uniform(Shape{row.target.extent(0)}, 0, 2, f64);
  const auto penalty = [&](const std::function<LossTerm(const Tensor&)>& term) {
    const auto report = gradient_check(
        [&](const Tensors& in) {
          const Tensor value = term(in[0]).value;
          return Tensors{value + sum(square(grad(value, in[0])))};
        },
        {row.prediction});
    EXPECT_TRUE(report.passed) << row.name << ": " << report.to_string();
  };
  penalty([&](const Tensor& x) { return LossTerm::of(row.make(Reduction::mean), x, row.target); });
  penalty([&](const Tensor& x) { return LossTerm::of(row.make(Reduction::sum), x, row.target, weight); });
  penalty([&](const Tensor& x) { return LossTerm::of(row.make(Reduction::mean), x, row.target, weight); });
  penalty([&](const Tensor& x) { return LossTerm::mean(row.make(Reduction::none)(x, row.target), weight); });
  penalty([&](const Tensor& x) { return LossTerm::mean(square(x)); });
}

INSTANTIATE_TEST_SUITE_P(Every, LossTerms, ::testing::ValuesIn(rows()),
                         [](const auto& info) { return info.param.name; });

TEST(LossTerm, WithoutWeightThereIsNoLossAndNoGradient) {
  const Variable x(tensor<float>({1, 2, 3}, {3}), "x");
  for (const LossTerm& term : {LossTerm::mean(square(x.value()), zeros({3})),
                               LossTerm::of(loss::MSE(), x.value(), zeros({3}), zeros({3}))}) {
    const Tensor first = grad(term.value, x), second = grad(sum(square(first)), x, {.allow_unused = true});
    EXPECT_EQ(number(term.value), 0);
    EXPECT_EQ(number(term.cost), 0);
    EXPECT_EQ(number(term.weight), 0);
    EXPECT_EQ(first.to_vector<double>(), (std::vector<double>{0, 0, 0}));
    EXPECT_EQ(second.to_vector<double>(), (std::vector<double>{0, 0, 0}));
  }
}

TEST(LossTerm, OfNoSamplesIsZero) {
  for (const DType dtype : {f32, f64, bf16}) {
    const Tensor none = zeros({0, 3}, dtype);
    for (const LossTerm& term : {LossTerm::mean(none), LossTerm::mean(none, zeros({0, 3})),
                                 LossTerm::mean(none, zeros({0})), LossTerm::of(loss::MSE(), none, none)}) {
      EXPECT_EQ(number(term.value), 0);
      EXPECT_EQ(number(term.cost), 0);
      EXPECT_EQ(number(term.weight), 0);
    }
    EXPECT_EQ(number(LossTerm::sum(none).value), 0);
  }
}

TEST(LossTerm, OfSixteenBitsIsSummedInMore) {
  const Tensor costs = full({3000}, 300.0, f16);
  for (const LossTerm& term : {LossTerm::mean(costs), LossTerm::mean(costs, ones({3000})),
                               LossTerm::sum(costs), LossTerm::mean(cast(costs, bf16))}) {
    EXPECT_EQ(term.value.dtype(), f32);
    EXPECT_EQ(number(term.cost), 900000);
  }
  EXPECT_EQ(number(LossTerm::mean(costs).value), 300);
  EXPECT_EQ(number(LossTerm::sum(costs).value), 900000);
  const Variable w(costs, "w");
  const Tensor slope = grad(LossTerm::mean(w.value(), ones({3000})).value, w);
  EXPECT_EQ(slope.dtype(), f16);
  EXPECT_NEAR(slope.to_vector<double>()[7], 1.0 / 3000, 1e-6);
}

TEST(LossTerm, CostsOfWeightZeroMayBeAnything) {
  const Tensor costs = tensor<float>({1, NAN, 3, INFINITY}, {2, 2});
  const LossTerm term = LossTerm::mean(costs, tensor<float>({1, 0, 2, 0}, {2, 2}));
  EXPECT_NEAR(number(term.value), 7.0 / 3, 1e-6);
  EXPECT_EQ(number(term.cost), 7);
  EXPECT_EQ(number(term.weight), 3);
  EXPECT_EQ(number(LossTerm::mean(scalar(5.0), scalar(2.0)).weight), 2);
  // One weight for each row of costs.
  EXPECT_EQ(number(LossTerm::mean(tensor<double>({1, 2, 3, 4}, {2, 2}), tensor<double>({1, 0}, {2})).value),
            1.5);
}

TEST(BadInput, C01_WeightsOfCostsThatDoNotFitAreNamed) {
  for (const Shape& shape : {Shape{3}, Shape{2, 2}, Shape{2, 3, 1}, Shape{}})
    expect_error<ShapeError>(
        [&] {
          LossTerm::mean(ones({2, 3}), ones(shape));
        },
        {"sample weights", shape.to_string()});
}

}  // namespace
}  // namespace luge::train
