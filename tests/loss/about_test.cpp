// What losses say about themselves: every registered one is taken at its word.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "luge/autodiff.h"
#include "luge/loss/loss.h"
#include "luge/ops/compare.h"
#include "luge/ops/index.h"
#include "luge/ops/labels.h"
#include "luge/ops/math.h"
#include "luge/ops/nn.h"
#include "luge/ops/random.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "luge/variable.h"
#include "support/errors.h"
#include "support/loss_data.h"

namespace luge::loss {
namespace {

using testing::expect_error;

// The multi-class hinge loss of Crammer and Singer: a loss as a user writes it.
Loss hinge() {
  return Loss("hinge", Reduction::mean,
              [](const Tensor& scores, const Tensor& target) {
                const Tensor own = one_hot(to_index(target), scores.extent(1), boolean);
                const Tensor right = sum(where(own, scores, 0), 1, keep_dims),
                             others = where(own, -1e30, scores);
                return Cost{.each = relu(1 + max(others, 1) - squeeze(right, 1)), .weight = {}};
              },
              {.outputs = OutputKind::logits, .targets = Targets::Kind::labels});
}
const bool added = add("test-hinge", "the multi-class hinge loss", hinge);

TEST(About, EveryRegisteredLossIsTakenAtItsWord) {
  random::seed(3);
  const std::vector<std::string> all = names();
  EXPECT_GE(all.size(), 26u);
  for (const std::string& name : all) {
    EXPECT_FALSE(description(name).empty()) << name;
    const Loss loss = named(name);
    for (const std::int64_t classes : {2, 3}) {
      const bool by_class = is_by_class(loss.outputs());
      EXPECT_EQ(loss.outputs_for(classes, by_class ? 1 : classes), classes) << name;
      const testing::LossData data = testing::loss_data(name, loss, 6, classes);
      const Variable p(data.prediction, "p");
      const Tensor target = data.target;
      EXPECT_EQ(loss.targets(p.shape(), target.shape()).kind, loss.about().targets) << name;
      const Tensor cost = loss(p.value(), target), slope = grad(cost, p);
      eval({cost, slope});
      EXPECT_TRUE(std::isfinite(cost.item<double>())) << name;
      const auto slopes = slope.to_vector<double>();
      EXPECT_TRUE(std::any_of(slopes.begin(), slopes.end(), [](double g) { return g != 0; })) << name;
      // A step against the slope makes the loss smaller: the outputs are read as they are meant.
      double largest = 1;
      for (const double each : slopes) largest = std::max(largest, std::abs(each));
      EXPECT_LT(loss(p.value() - slope * (1e-3 / largest), target).item<double>(), cost.item<double>())
          << name;
      const bool ignores = loss.targets(p.shape(), target.shape()).ignore_index != no_label;
      EXPECT_EQ(loss.counted(p.value(), target).defined(), ignores) << name;
    }
  }
}

TEST(About, BuiltInLosses) {
  EXPECT_EQ(MSE().outputs(), OutputKind::values);
  EXPECT_EQ(MSE().about().targets, Targets::Kind::values);
  EXPECT_EQ(SoftmaxCrossEntropy().outputs(), OutputKind::logits);
  EXPECT_EQ(SoftmaxCrossEntropy({.axis = 1}).about().axis, 1);
  EXPECT_EQ(BinaryCrossEntropy().outputs(), OutputKind::binary_logits);
  EXPECT_EQ(BinaryCrossEntropy({.from_logits = false}).outputs(), OutputKind::binary_probabilities);
}

TEST(About, ALossOfOnesOwnIsFoundByName) {
  EXPECT_TRUE(added);
  EXPECT_FALSE(add("test-hinge", "again", hinge));
  EXPECT_FALSE(add("mse", "another", hinge));
  EXPECT_EQ(description("test-hinge"), "the multi-class hinge loss");
  const Loss loss = named("test-hinge");
  EXPECT_EQ(loss.outputs_for(10), 10);
  const Targets targets = loss.targets({4, 10}, {4});
  EXPECT_EQ(targets.kind, Targets::Kind::labels);
  EXPECT_EQ(targets.classes, 10);
  EXPECT_EQ(loss.targets({4, 10}, {4, 1}).kind, Targets::Kind::labels);
  EXPECT_EQ(
      loss(tensor<double>({2, 0, 0.5, 0, 0, 3}, {2, 3}), tensor<std::int64_t>({0, 1}, {2})).item<double>(),
      2);
  expect_error<ValueError>([] { description("no-loss"); }, {"no-loss", "mse", "test-hinge"});
}

TEST(About, OptionsAreSetByNameAndInText) {
  const Tensor logits = tensor<double>({0, 1, 2, 3, 1, 0}, {2, 3}),
               labels = tensor<std::int64_t>({0, 2}, {2});
  const auto cost = [&](const Loss& loss) { return loss(logits, labels).item<double>(); };
  const SoftmaxCrossEntropy own({.label_smoothing = 0.1, .class_weights = {1, 2, 3}, .ignore_index = 2});
  EXPECT_EQ(cost(named("softmax-cross-entropy", {{"label_smoothing", 0.1},
                                                 {"class_weights", std::vector<double>{1, 2, 3}},
                                                 {"ignore_index", 2}})),
            cost(own));
  EXPECT_EQ(cost(named("softmax-cross-entropy(label_smoothing=0.1,class_weights=[1,2,3],ignore_index=2)")),
            cost(own));
  EXPECT_NE(cost(own), cost(SoftmaxCrossEntropy()));
  EXPECT_EQ(named("binary-cross-entropy(from_logits=false)").outputs(), OutputKind::binary_probabilities);
  expect_error<options::OptionError>(
      [] {
        named("softmax-cross-entropy", {{"label_smoothing", 1}});
      },
      {"loss softmax-cross-entropy: label_smoothing is 1; expected a number, 0 or more and below 1"});
  expect_error<options::OptionError>(
      [] {
        named("mse", {{"label_smoothing", 0.1}});
      },
      {"loss mse: there is no option 'label_smoothing'; there are none", "binary-cross-entropy, ",
       " and softmax-cross-entropy have it"});
  expect_error<options::OptionError>(
      [] { BinaryCrossEntropy({.positive_weight = 0}); },
      {"binary_cross_entropy: positive_weight is 0; expected a number above 0"});
}

TEST(About, WithoutWordsOutputsAndTargetsAreNumbers) {
  const Loss own("own", Reduction::mean, [](const Tensor& p, const Tensor& t) {
    return Cost{square(p - t), {}};
  });
  EXPECT_EQ(own.outputs(), OutputKind::values);
  EXPECT_EQ(own.targets({4}, {4}).kind, Targets::Kind::values);
  EXPECT_EQ(own.outputs_for(0, 5), 5);
  const Loss yes_or_no = own.with({.outputs = OutputKind::binary_logits, .targets = Targets::Kind::labels});
  EXPECT_EQ(yes_or_no.targets({4}, {4}).classes, 2);
  EXPECT_EQ(own.outputs(), OutputKind::values);
  const Loss one_hot = MSE().with({.outputs = OutputKind::probabilities});
  EXPECT_EQ(one_hot.outputs_for(7), 7);
  EXPECT_EQ(one_hot.name(), "mse");
}

TEST(About, ClassesThatCannotBeToldApartAreRefused) {
  EXPECT_EQ(BinaryCrossEntropy().outputs_for(2), 1);
  EXPECT_EQ(BinaryCrossEntropy().outputs_for(5, 5), 5);  // several labels at once
  EXPECT_EQ(MSE().outputs_for(0), 1);
  EXPECT_EQ(MSE().outputs_for(2), 1);
  EXPECT_EQ(SoftmaxCrossEntropy().outputs_for(0), 0);
  expect_error<ValueError>([] { BinaryCrossEntropy().outputs_for(3); },
                           {"binary_cross_entropy", "3 classes", "1 output"});
  expect_error<ValueError>([] { MSE().outputs_for(10, 1); }, {"mse", "10 classes"});
}

TEST(About, KindsOfOutputsHaveNames) {
  for (const OutputKind kind : {OutputKind::values, OutputKind::logits, OutputKind::binary_logits,
                                OutputKind::probabilities, OutputKind::binary_probabilities}) {
    EXPECT_EQ(output_kind_named(name(kind)), kind);
    EXPECT_FALSE(is_by_class(kind) && is_binary(kind));
  }
  EXPECT_FALSE(output_kind_named("logit"));
}

}  // namespace
}  // namespace luge::loss
