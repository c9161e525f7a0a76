// What losses refuse, and numbers at the edges: logarithms of 0, impossible targets, shares of 0.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>

#include "luge/autodiff.h"
#include "luge/loss/classification.h"
#include "luge/loss/embedding.h"
#include "luge/loss/map_criterion.h"
#include "luge/loss/margin.h"
#include "luge/loss/regression.h"
#include "luge/loss/segmentation.h"
#include "luge/loss/sequence.h"
#include "luge/ops/activation.h"
#include "luge/ops/class_losses.h"
#include "luge/ops/ctc_loss.h"
#include "luge/ops/embedding_losses.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/regression_losses.h"
#include "luge/variable.h"
#include "support/errors.h"

namespace luge::loss {
namespace {

using options::OptionError;
using testing::expect_error;
using Values = std::vector<double>;

Tensor wholes(std::vector<std::int64_t> values, const Shape& shape) { return tensor(values, shape); }

std::vector<Loss> of_classes() {
  return {CategoricalCrossEntropy(), NLL(),         Focal(),
          CategoricalHinge(),        MultiMargin(), Dice({.by_class = true})};
}

TEST(BadInput, C23_LabelsThatAreNotClassesAreNamed) {
  const Tensor scores = full({2, 3}, 0.5);
  for (const Loss& loss : of_classes()) {
    for (const Tensor& labels : {wholes({0, 3}, {2}), wholes({1, -1}, {2}), tensor<float>({0, 1.5f}, {2}),
                                 tensor<float>({0, NAN}, {2})}) {
      expect_error<IndexError>([&] { loss(scores, labels).item<float>(); },
                               {loss.name(), "label", "sample 1", "3 classes"});
    }
  }
}

TEST(BadInput, C23_TargetsThatAreNotSignsAreNamed) {
  const Tensor y = ones({2, 1});
  for (const Loss& loss : {Loss(Hinge()), Loss(SquaredHinge()), Loss(Exponential())}) {
    expect_error<ValueError>(
        [&] {
          loss(y, wholes({1, 0}, {2})).item<float>();
        },
        {loss.name(), "target 0 at position 1", "neither -1 nor 1", "zero_one = true"});
  }
  expect_error<ValueError>(
      [&] {
        Hinge({.zero_one = true})(y, wholes({-1, 1}, {2})).item<float>();
      },
      {"hinge", "target -1 at position 0", "neither 0 nor 1", "without zero_one"});
  expect_error<ValueError>([&] { Hinge()(y, tensor<float>({1, NAN}, {2})).item<float>(); }, {"nan"});
  EXPECT_EQ(Hinge({.zero_one = true})(y, wholes({0, 1}, {2})).item<float>(), 1);
  EXPECT_EQ(Hinge()(y, tensor<float>({-1, 1}, {2})).item<float>(), 1);
}

TEST(BadInput, C24_NumberOfClassWeights) {
  const Tensor scores = full({2, 3}, 0.5), labels = wholes({0, 1}, {2});
  const Values two = {1, 2}, none = {0, 0, 0};
  for (const Loss& loss :
       {Loss(CategoricalCrossEntropy({.class_weights = two})), Loss(NLL({.class_weights = two})),
        Loss(Focal({.class_weights = two})), Loss(CategoricalHinge({.class_weights = two})),
        Loss(MultiMargin({.class_weights = two}))})
    expect_error<ValueError>([&] { loss(scores, labels); }, {loss.name(), "2 class weights for 3 classes"});
  expect_error<OptionError>([&] { NLL({.class_weights = none}); }, {"nll", "class_weights are all 0"});
  expect_error<OptionError>(
      [&] {
        MultiMargin({.class_weights = {1, -1}});
      },
      {"multi_margin", "class_weights"});
}

TEST(BadInput, C01_ShapesOfPredictionsAndTargets) {
  const Tensor p = ones({4, 3}), other = ones({4, 2});
  for (const Loss& loss : {Loss(MAE()), Loss(MSLE()), Loss(MAPE()), Loss(Huber()), Loss(SmoothL1()),
                           Loss(LogCosh()), Loss(Poisson()), Loss(KLDivergence()), Loss(BinaryFocal()),
                           Loss(Hinge()), Loss(Dice()), Loss(Tversky()), Loss(CosineSimilarity())})
    expect_error<ShapeError>([&] { loss(p, other); }, {loss.name(), "[4,3]", "[4,2]"});
  for (const Loss& loss : {Loss(NLL()), Loss(Focal()), Loss(MultiMargin())})
    expect_error<ShapeError>(
        [&] {
          loss(p, wholes({0, 1}, {2}));
        },
        {loss.name() == "nll" ? "nll_loss" : loss.name()});
  expect_error<ShapeError>([&] { GaussianNLL()(p, p); }, {"gaussian_nll", "[4,3]", "[N,…,2·D]"});
  expect_error<ShapeError>([&] { GaussianNLL()(ones({4, 4}), p); }, {"gaussian_nll"});
  expect_error<ShapeError>([&] { Contrastive()(p, ones({4})); }, {"contrastive", "[4,3]", "[N,2,D]"});
  expect_error<ShapeError>([&] { Contrastive()(ones({4, 2, 3}), ones({3})); }, {"contrastive", "samples"});
  expect_error<ShapeError>([&] { Triplet()(ones({4, 2, 3}), ones({4})); }, {"triplet", "[4,2,3]", "[N,3,D]"});
  expect_error<ShapeError>([&] { CTC()(p, wholes({1}, {1, 1})); }, {"ctc", "[4,3]", "[N,T,C]"});
}

TEST(BadInput, C10_TypesOfPredictions) {
  const Tensor whole = wholes({1, 2}, {2});
  for (const Loss& loss : {Loss(MAE()), Loss(Huber()), Loss(Hinge()), Loss(Dice({.from_logits = false}))})
    expect_error<DTypeError>([&] { loss(whole, whole); }, {"i64"});
  expect_error<DTypeError>([&] { huber_loss(ones({2}), ones({2}, f64)); }, {"huber_loss", "f32", "f64"});
  expect_error<DTypeError>([&] { kl_divergence(ones({2}, i32), ones({2}, i32)); }, {"kl_divergence", "i32"});
}

TEST(BadInput, C08_OptionsOfLosses) {
  expect_error<OptionError>([] { Huber({.delta = 0}); }, {"huber", "delta is 0", "above 0"});
  expect_error<OptionError>([] { SmoothL1({.beta = -1}); }, {"smooth_l1", "beta is -1"});
  expect_error<OptionError>([] { MSLE({.least = -1}); }, {"msle", "least is -1", "above -1"});
  expect_error<OptionError>([] { MAPE({.epsilon = 0}); }, {"mape", "epsilon is 0"});
  expect_error<OptionError>([] { Poisson({.epsilon = -1}); }, {"poisson", "epsilon is -1"});
  expect_error<OptionError>([] { GaussianNLL({.epsilon = 0}); }, {"gaussian_nll", "epsilon is 0"});
  expect_error<OptionError>([] { Focal({.gamma = -1}); }, {"focal", "gamma is -1"});
  expect_error<OptionError>([] { BinaryFocal({.alpha = 2}); }, {"binary_focal", "alpha is 2"});
  expect_error<OptionError>([] { NLL({.label_smoothing = 1}); }, {"nll", "label_smoothing is 1"});
  expect_error<OptionError>([] { MultiMargin({.p = 3}); }, {"multi_margin", "p is 3"});
  expect_error<OptionError>([] { Dice({.smooth = 0}); }, {"dice", "smooth is 0"});
  expect_error<OptionError>([] { Tversky({.alpha = -1}); }, {"tversky", "alpha is -1"});
  expect_error<OptionError>([] { Contrastive({.margin = 0}); }, {"contrastive", "margin is 0"});
  expect_error<OptionError>([] { Triplet({.p = 0.5}); }, {"triplet", "p is 0.5"});
  expect_error<OptionError>([] { CTC({.blank = -1}); }, {"ctc", "blank is -1"});
  const Tensor x = ones({2, 3});
  expect_error<ValueError>([&] { huber_loss(x, x, -1); }, {"huber_loss", "delta is -1"});
  expect_error<ValueError>([&] { smooth_l1_loss(x, x, -1); }, {"smooth_l1_loss", "beta is -1"});
  expect_error<ValueError>([&] { squared_log_error(x, x, -2); }, {"squared_log_error", "least is -2"});
  expect_error<ValueError>([&] { absolute_percentage_error(x, x, 0); }, {"epsilon is 0"});
  expect_error<ValueError>([&] { focal_loss(x, x, {.gamma = -1}); }, {"focal_loss", "gamma is -1"});
  expect_error<ValueError>([&] { binary_focal_loss(x, x, 2, 1.5); }, {"binary_focal_loss", "alpha is 1.5"});
  expect_error<ValueError>([&] { multi_margin_loss(x, x, 3); }, {"multi_margin_loss", "p is 3"});
  expect_error<ValueError>([&] { nll_loss(x, x, {.label_smoothing = 1}); },
                           {"nll_loss", "label_smoothing is 1"});
  expect_error<ValueError>([&] { dice_loss(x, x, 0); }, {"dice_loss", "smooth is 0"});
  expect_error<ValueError>([&] { triplet_margin_loss(x, x, x, {.margin = 0}); }, {"margin is 0"});
}

TEST(BadInput, C11_LabelsAndLengthsOfSequences) {
  const Tensor logs = log_softmax(ones({4, 2, 3}));
  const auto cost = [&](const Tensor& labels, const Tensor& inputs, const Tensor& lengths) {
    ctc_loss(logs, labels, inputs, lengths).to_vector<float>();
  };
  const Tensor labels = wholes({1, 2, 1, 2}, {2, 2}), four = wholes({4, 4}, {2}), two = wholes({2, 2}, {2});
  expect_error<IndexError>(
      [&] {
        cost(wholes({1, 2, 1, 3}, {2, 2}), four, two);
      },
      {"ctc_loss", "label 3 of sample 1", "3 classes"});
  expect_error<IndexError>(
      [&] {
        cost(wholes({1, 0, 1, 1}, {2, 2}), four, two);
      },
      {"label 0 of sample 0", "not the blank 0"});
  expect_error<IndexError>(
      [&] {
        cost(labels, wholes({4, 5}, {2}), two);
      },
      {"input length 5 of sample 1", "0 to 4"});
  expect_error<IndexError>(
      [&] {
        cost(labels, four, wholes({3, 2}, {2}));
      },
      {"target length 3 of sample 0", "0 to 2"});
  expect_error<ShapeError>([&] { cost(labels, wholes({4}, {1}), two); }, {"ctc_loss", "lengths"});
  expect_error<DTypeError>([&] { cost(labels, ones({2}), two); }, {"ctc_loss", "f32"});
  expect_error<ValueError>([&] { ctc_loss(logs, labels, four, two, {.blank = 3}); }, {"blank is 3"});
}

// {cost, slope of each prediction}, in float32.
Values run(const Loss& loss, const std::vector<float>& prediction, const Shape& shape, const Tensor& target) {
  const Variable p(tensor<float>(prediction, shape), "p");
  const Tensor cost = loss(p.value(), target), slope = grad(cost, p);
  eval({cost, slope});
  Values all = {cost.item<double>()};
  for (const double each : slope.to_vector<double>()) all.push_back(each);
  return all;
}

TEST(Edges, WhatTheTargetHasNoShareOfCostsNothing) {
  const float inf = std::numeric_limits<float>::infinity();
  EXPECT_EQ(run(NLL(), {0, -inf}, {1, 2}, wholes({0}, {1})), (Values{0, -1, 0}));
  EXPECT_EQ(run(CategoricalCrossEntropy(), {1, 0}, {1, 2}, wholes({0}, {1})), (Values{0, -1, 0}));
  // A logarithm counts as at least -100, and the slope is that of a probability of 1e-12.
  const Values wrong = run(CategoricalCrossEntropy(), {1, 0}, {1, 2}, wholes({1}, {1}));
  EXPECT_EQ(wrong[0], 100);
  EXPECT_NEAR(wrong[2], -1e12, 1e6);
  EXPECT_EQ(run(KLDivergence({.from_logits = false}), {1, 0}, {1, 2}, tensor<float>({1, 0}, {1, 2})),
            (Values{0, -1, 0}));
  EXPECT_EQ(run(Focal(), {1e4f, -1e4f}, {1, 2}, wholes({0}, {1})), (Values{0, 0, 0}));
  EXPECT_EQ(run(Focal({.gamma = 0.5}), {1e4f, -1e4f}, {1, 2}, wholes({0}, {1})), (Values{0, 0, 0}));
  EXPECT_EQ(run(Focal(), {1e4f, -1e4f}, {1, 2}, wholes({1}, {1})), (Values{2e4, 1, -1}));
  EXPECT_EQ(run(BinaryFocal(), {1e4f, -1e4f}, {2, 1}, tensor<float>({1, 1}, {2})), (Values{5e3, 0, -0.5}));
  const Values poisson =
      run(Poisson({.log_input = false, .epsilon = 0}), {0, 2}, {2}, tensor<float>({0, 0}, {2}));
  EXPECT_EQ(poisson, (Values{1, 0.5, 0.5}));
}

TEST(Edges, VariancesLeaveTheBound) {
  // The error is 1 and the variance 1e-6: the slope asks for a larger variance.
  const Values given = run(GaussianNLL({.log_variance = false}), {0, 0}, {1, 2}, tensor<float>({1}, {1}));
  EXPECT_TRUE(std::isfinite(given[0]));
  EXPECT_LT(given[2], -1e5);
  const Values log = run(GaussianNLL(), {0, -1e4f}, {1, 2}, tensor<float>({1}, {1}));
  EXPECT_TRUE(std::isfinite(log[0]));
  EXPECT_LT(log[2], -1e5);
  EXPECT_NEAR(run(GaussianNLL(), {0, 1e4f}, {1, 2}, tensor<float>({1}, {1}))[0], 40, 1e-3);
}

TEST(Edges, EqualVectorsHaveFiniteSlopes) {
  for (const double each : run(Triplet(), {1, 2, 1, 2, 1, 2}, {1, 3, 2}, ones({1})))
    EXPECT_TRUE(std::isfinite(each));
  EXPECT_EQ(run(Contrastive(), {1, 2, 1, 2}, {1, 2, 2}, ones({1})), (Values{0, 0, 0, 0, 0}));
  EXPECT_EQ(run(CosineSimilarity(), {0, 0}, {1, 2}, zeros({1, 2}))[0], 1);
}

TEST(CTC, ImpossibleTargetsCostInfinityOrNothing) {
  // Two equal labels need three positions.
  const Tensor labels = wholes({1, 1}, {1, 2});
  EXPECT_EQ(run(CTC(), {0, 0, 0, 0}, {1, 2, 2}, labels), (Values{INFINITY, 0, 0, 0, 0}));
  EXPECT_EQ(run(CTC({.zero_infinity = true}), {0, 0, 0, 0}, {1, 2, 2}, labels), (Values{0, 0, 0, 0, 0}));
}

TEST(CTC, NegativeNumbersEndTheLabels) {
  const Tensor logits = tensor<double>({1, 2, 0, 0, 1, 3, 2, 0, 1}, {1, 3, 3});
  const double one = CTC()(logits, wholes({2}, {1, 1})).item<double>();
  EXPECT_EQ(CTC()(logits, wholes({2, -1, -1}, {1, 3})).item<double>(), one);
  EXPECT_EQ(CTC()(logits, tensor<float>({2, -1, 1}, {1, 3})).item<double>(), one);
  EXPECT_EQ(CTC()(logits, wholes({2, 0}, {1, 2})).item<double>(), one);
  const Targets targets = CTC().targets({1, 3, 3}, {1, 2});
  EXPECT_EQ(targets.ignore_index, -1);
  EXPECT_EQ(targets.classes, 3);
}

// All alignments of two labels in three positions, by hand.
TEST(CTC, IsTheSumOverAllAlignments) {
  const double p[3][3] = {{0.5, 0.3, 0.2}, {0.1, 0.6, 0.3}, {0.4, 0.25, 0.35}};
  double sum = 0;
  for (const auto& [a, b, c] :
       std::vector<std::array<int, 3>>{{1, 2, 2}, {1, 1, 2}, {1, 2, 0}, {0, 1, 2}, {1, 0, 2}})
    sum += p[0][a] * p[1][b] * p[2][c];
  const Tensor logs = log(tensor<double>(
      {p[0][0], p[0][1], p[0][2], p[1][0], p[1][1], p[1][2], p[2][0], p[2][1], p[2][2]}, {3, 1, 3}));
  EXPECT_NEAR(
      ctc_loss(logs, wholes({1, 2}, {1, 2}), wholes({3}, {1}), wholes({2}, {1})).to_vector<double>()[0],
      -std::log(sum), 1e-12);
}

TEST(MultiClassDice, IsTheMeanOverTheMasks) {
  const Tensor logits = tensor<double>({3, 0, 0, 3, 1, 1, 0, 2}, {1, 2, 2, 2}),
               labels = wholes({0, 1, 1, 1}, {1, 2, 2});
  const Tensor p = softmax(logits), t = class_shares(labels, logits);
  Values each;
  for (int c = 0; c < 2; ++c) {
    const auto pc = p.to_vector<double>(), tc = t.to_vector<double>();
    double both = 0, all = 0;
    for (std::size_t k = static_cast<std::size_t>(c); k < pc.size(); k += 2)
      both += pc[k] * tc[k], all += pc[k] + tc[k];
    each.push_back(1 - (2 * both + 1) / (all + 1));
  }
  EXPECT_NEAR(Dice({.by_class = true})(logits, labels).item<double>(), (each[0] + each[1]) / 2, 1e-12);
}

// LeCun et al. 1998, equation 9, with distances y = -z and the answer that it is none of the classes.
TEST(MapCriterion, IsTheEquationOfItsPaper) {
  const Tensor y = tensor<double>({0.5, 3, 8, 2, 0.25, 40}, {2, 3});
  const MapCriterion loss({.rejection = 4, .reduction = Reduction::none});
  const Values costs = loss(-y, wholes({0, 2}, {2})).to_vector<double>();
  const auto wanted = [](double right, double a, double b, double c) {
    return right + std::log(std::exp(-4) + std::exp(-a) + std::exp(-b) + std::exp(-c));
  };
  EXPECT_NEAR(costs[0], wanted(0.5, 0.5, 3, 8), 1e-14);
  EXPECT_NEAR(costs[1], wanted(40, 2, 0.25, 40), 1e-13);
  // Where all are far, the cost is what the right one is farther than none of them.
  EXPECT_NEAR(loss(tensor<float>({-1000, -2000}, {1, 2}), wholes({0}, {1})).to_vector<float>()[0], 996, 1e-3);
  // Shares of classes are mixtures of costs.
  const Values mixed = loss(-y, tensor<double>({0.25, 0.75, 0, 0, 0, 1}, {2, 3})).to_vector<double>();
  EXPECT_NEAR(mixed[0], 0.25 * wanted(0.5, 0.5, 3, 8) + 0.75 * wanted(3, 0.5, 3, 8), 1e-14);
  EXPECT_NEAR(mixed[1], costs[1], 1e-13);
  expect_error<IndexError>(
      [&] {
        eval({loss(-y, wholes({0, 3}, {2}))});
      },
      {"label 3 of sample 1", "3 classes"});
  expect_error<OptionError>([] { MapCriterion({.rejection = 0}); },
                            {"map_criterion", "rejection is 0", "above 0"});
}

}  // namespace
}  // namespace luge::loss
