// Sums of losses, as text and as terms.
#include "luge/loss/sum.h"

#include <gtest/gtest.h>

#include "luge/error.h"
#include "luge/ops/math.h"
#include "luge/ops/random.h"
#include "luge/random.h"
#include "support/errors.h"

namespace luge::loss {
namespace {

TEST(SumOfLosses, IsReadFromText) {
  random::seed(5);
  const Tensor x = random::uniform({4, 3}, -2, 2, f64), t = cast(random::randint(0, 2, {4, 3}), f64);
  const auto value = [&](const std::string& text) { return named(text)(x, t).item<double>(); };
  const double both = value("binary-cross-entropy") + value("dice");
  EXPECT_NEAR(value("binary-cross-entropy+dice"), both, 1e-12);
  EXPECT_NEAR(value("sum"), both, 1e-12);
  EXPECT_NEAR(value("0.5*dice(smooth=2) + 3*binary-cross-entropy(label_smoothing=0.2)"),
              0.5 * value("dice(smooth=2)") + 3 * value("binary-cross-entropy(label_smoothing=0.2)"), 1e-12);
  EXPECT_NEAR(value("2*dice"), 2 * value("dice"), 1e-12);
  EXPECT_EQ(named("binary-cross-entropy+dice").name(), "binary_cross_entropy+dice");
}

// A cost of each pixel and one of each sample: the mean of the sum is the sum of the means.
TEST(SumOfLosses, AddsCostsOfPixelsAndOfSamples) {
  random::seed(6);
  const Tensor x = random::uniform({2, 4, 5, 3}, -2, 2, f64), t = random::randint(0, 3, {2, 4, 5});
  const auto value = [&](const std::string& text) { return named(text)(x, t).item<double>(); };
  const double dice = value("dice(by_class=true)"), entropy = value("softmax-cross-entropy");
  EXPECT_NEAR(value("softmax-cross-entropy+dice"), entropy + dice, 1e-12) << "dice follows the first term";
  EXPECT_NEAR(value("dice(by_class=true)+softmax-cross-entropy"), entropy + dice, 1e-12);
  const Sums sums = named("softmax-cross-entropy+dice").sums(x, t);
  EXPECT_EQ(sums.weight.item<double>(), 40);
}

TEST(BadInput, C23_SumsOfLossesThatDoNotFitTogether) {
  using testing::expect_error;
  expect_error<ValueError>(
      [] { named("mse+softmax-cross-entropy"); },
      {"mse takes numbers", "softmax_cross_entropy takes scores of classes", "the same"});
  expect_error<ValueError>([] { named("rmse+mae"); }, {"rmse", "root"});
  expect_error<ValueError>([] { named("mse+"); }, {"'mse+'", "the term ''", "NUMBER*NAME"});
  expect_error<ValueError>([] { named("two*mse"); }, {"the term 'two*mse'"});
  expect_error<ValueError>([] { named("-1*mse"); }, {"weight of mse is -1", "above 0"});
  expect_error<ValueError>([] { named("mse+mea"); }, {"'mea'", "did you mean mae?"});
  expect_error<ValueError>([] { named("sum(terms=\"\")"); }, {"the term ''"});
  expect_error<ValueError>([] { Sum({}); }, {"no terms"});
  const Loss both = named("softmax-cross-entropy(class_weights=[1,2])+focal(class_weights=[2,1])");
  expect_error<ValueError>(
      [&] {
        both(zeros({3, 2}), zeros({3}, i64));
      },
      {"both weight samples", "one of them"});
}

}  // namespace
}  // namespace luge::loss
