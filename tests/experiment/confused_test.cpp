// Which classes are taken for which other ones most often.
#include "experiment/confused.h"

#include <gtest/gtest.h>

#include <cmath>

#include "luge/data/sources.h"
#include "luge/tensor.h"

namespace luge::experiment {
namespace {

data::Dataset labeled(const std::vector<std::int64_t>& labels) {
  const auto count = static_cast<std::int64_t>(labels.size());
  return data::tensors(zeros({count, 1}), tensor(labels, {count}));
}

TEST(Confused, PairsAreInTheOrderOfTheirNumber) {
  // 0→1 twice, 2→0 once and surely, 1→2 once, a NaN, and one that is right.
  const data::Dataset samples = labeled({0, 0, 2, 1, 0, 1});
  const Answers answers{
      3, {0.3f, 0.6f, 0.1f, 0.1f, 0.8f, 0.1f, 0.9f, 0.1f, 0, 0.2f, 0.3f, 0.5f, NAN, 0, 0, 0, 1, 0}};
  const auto pairs = most_confused(samples, answers, 8, 6);
  ASSERT_EQ(pairs.size(), 3u);
  EXPECT_EQ(pairs[0].label, 0u);
  EXPECT_EQ(pairs[0].guess, 1u);
  EXPECT_EQ(pairs[0].count, 2);
  EXPECT_EQ(pairs[0].samples, (std::vector<std::int64_t>{1, 0})) << "the surest first";
  EXPECT_EQ(pairs[1].label, 2u) << "of equally many, the surer";
  EXPECT_EQ(pairs[2].label, 1u);
  EXPECT_EQ(most_confused(samples, answers, 1, 1).size(), 1u);
  EXPECT_EQ(most_confused(samples, answers, 1, 1)[0].samples.size(), 1u);
}

TEST(Confused, OneAnswerTellsTwoClassesApart) {
  const auto pairs = most_confused(labeled({0, 1}), {1, {0.9f, 0.2f}}, 8, 6);
  ASSERT_EQ(pairs.size(), 2u);
  EXPECT_EQ(pairs[0].label, 0u) << "0.9 is surer than 0.8";
  EXPECT_NEAR(probability_of(std::vector<float>{0.2f}, 0), 0.8, 1e-6);
}

}  // namespace
}  // namespace luge::experiment
