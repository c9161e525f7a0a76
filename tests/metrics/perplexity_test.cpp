#include <gtest/gtest.h>

#include <cmath>

#include "luge/metrics/metric.h"
#include "luge/ops/random.h"
#include "luge/ops/shape.h"

namespace luge::metrics {
namespace {

TEST(Perplexity, IsTheNumberOfEquallyLikelyLabels) {
  const Perplexity perplexity;
  EXPECT_EQ(perplexity.value(), 0);
  perplexity.update(zeros({2, 3, 7}), tensor(std::vector<std::int64_t>{0, 1, 2, 3, 4, 5}, {2, 3}));
  EXPECT_NEAR(perplexity.value(), 7, 1e-5);
  EXPECT_EQ(perplexity.better(), Better::lower);
}

TEST(Perplexity, OfBitsIsTheBinaryLogarithm) {
  const Metric bits = named("bits");
  EXPECT_EQ(bits.value(), 0);
  bits.update(zeros({2, 3, 8}), tensor(std::vector<std::int64_t>{0, 1, 2, 3, 4, 5}, {2, 3}));
  EXPECT_NEAR(bits.value(), 3, 1e-6) << "three bits for one of eight";
  EXPECT_EQ(bits.better(), Better::lower);
}

TEST(Perplexity, IsThatOfTheWholeOverUnevenBatches) {
  random::seed(2);
  const Tensor logits = random::normal({9, 4}), labels = random::randint(0, 4, {9});
  const Perplexity whole;
  whole.update(logits, labels);
  const Metric parts = whole.fresh();
  for (const auto& [from, to] : {std::pair{0, 2}, std::pair{2, 9}})
    parts.update(slice(logits, {.start = from, .stop = to}), slice(labels, {.start = from, .stop = to}));
  EXPECT_NEAR(parts.value(), whole.value(), 1e-12);
}

TEST(Perplexity, CountsWhatCounts) {
  const Perplexity some, all;
  const Tensor logits = tensor(std::vector<float>{3, 0, 0, 1}, {2, 2});
  some.update(logits, tensor(std::vector<std::int64_t>{0, 0}, {2}),
              tensor(std::vector<bool>{true, false}, {2}));
  all.update(slice(logits, {.stop = 1}), tensor(std::vector<std::int64_t>{0}, {1}));
  EXPECT_DOUBLE_EQ(some.value(), all.value());
  EXPECT_NEAR(some.value(), 1 + std::exp(-3.0), 1e-6);
}

}  // namespace
}  // namespace luge::metrics
