// The distributions of random tensors: Kolmogorov-Smirnov and chi-square tests of many draws with fixed
// seeds, whole numbers of any size, and what is refused. Statistics are compared with bounds that one sound
// generator in 10,000 exceeds.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>

#include "luge/autodiff.h"
#include "luge/compile.h"
#include "luge/gradient_check.h"
#include "luge/graph.h"
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/nn.h"
#include "luge/ops/random.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "support/errors.h"

namespace luge::testing {
namespace {

using Doubles = std::vector<double>;
using Whole = std::vector<std::int64_t>;

constexpr std::int64_t kDraws = 20000;

// The largest distance of the draws' distribution from `cumulative`, over its bound.
double ks_ratio(const Tensor& x, const std::function<double(double)>& cumulative) {
  Doubles values = cast(x, f64).to_vector<double>();
  std::sort(values.begin(), values.end());
  const auto n = static_cast<double>(values.size());
  double distance = 0;
  for (std::size_t k = 0; k < values.size();) {
    std::size_t end = k;  // of equal draws, which 16 bits have
    while (end < values.size() && values[end] == values[k]) ++end;
    const double expected = cumulative(values[k]);
    const double low = static_cast<double>(k) / n, high = static_cast<double>(end) / n;
    distance = std::max({distance, end - k > 1 ? 0 : std::abs(expected - low),
                         end - k > 1 ? 0 : std::abs(high - expected),
                         end - k > 1 ? std::abs((low + high) / 2 - expected) : 0});
    k = end;
  }
  return distance * std::sqrt(n) / std::sqrt(-std::log(1e-4 / 2) / 2);
}

// Σ (found - expected)² / expected over its bound (Wilson and Hilferty 1931).
double chi_square_ratio(const std::map<std::int64_t, int>& found,
                        const std::map<std::int64_t, double>& expected) {
  double sum = 0;
  for (const auto& [value, count] : found) {
    if (!expected.contains(value)) return std::numeric_limits<double>::infinity();
  }
  for (const auto& [value, count] : expected) {
    const auto at = found.find(value);
    const double difference = (at == found.end() ? 0 : at->second) - count;
    sum += difference * difference / count;
  }
  const double freedom = static_cast<double>(expected.size()) - 1;
  const double bound = freedom * std::pow(1 - 2 / (9 * freedom) + 3.72 * std::sqrt(2 / (9 * freedom)), 3);
  return sum / bound;
}
std::map<std::int64_t, int> counted(const Whole& values) {
  std::map<std::int64_t, int> counts;
  for (const std::int64_t value : values) ++counts[value];
  return counts;
}
double alike_ratio(const Whole& values, std::int64_t classes) {
  std::map<std::int64_t, double> expected;
  for (std::int64_t k = 0; k < classes; ++k)
    expected[k] = static_cast<double>(values.size()) / static_cast<double>(classes);
  return chi_square_ratio(counted(values), expected);
}

double normal_below(double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); }

TEST(Distributions, AreThoseOfTheirNames) {
  random::seed(20);
  for (const DType dtype : {f32, f64, bf16, f16}) {
    const Shape many{kDraws};
    SCOPED_TRACE(std::string(name(dtype)));
    EXPECT_LT(ks_ratio(random::uniform(many, -1, 3, dtype), [](double x) { return (x + 1) / 4; }), 1);
    EXPECT_LT(ks_ratio(random::normal(many, 2, 3, dtype), [](double x) { return normal_below((x - 2) / 3); }),
              1);
    EXPECT_LT(ks_ratio(random::truncated_normal(many, 1, 2, dtype),
                       [](double x) {
                         const double low = normal_below(-2), all = normal_below(2) - low;
                         return std::clamp((normal_below((x - 1) / 2) - low) / all, 0.0, 1.0);
                       }),
              1);
    EXPECT_LT(ks_ratio(random::exponential(many, 0.5, dtype), [](double x) { return -std::expm1(-x / 2); }),
              1);
    EXPECT_LT(ks_ratio(random::gumbel(many, 1, 2, dtype),
                       [](double x) { return std::exp(-std::exp(-(x - 1) / 2)); }),
              1);
  }
}

TEST(Distributions, TheTestsNoticeWhatIsWrong) {
  random::seed(21);
  const Tensor x = random::uniform({kDraws});
  EXPECT_GT(ks_ratio(x * x, [](double at) { return at; }), 1);
  EXPECT_GT(ks_ratio(x * 0.97, [](double at) { return at; }), 1);
  EXPECT_GT(alike_ratio(cast(floor(x * x * 4), i64).to_vector<std::int64_t>(), 4), 1);
}

TEST(Distributions, HaveTheirMoments) {
  random::seed(22);
  const Shape many{400000};
  const auto mean_of = [](const Tensor& x) { return mean(cast(x, f64)).item<double>(); };
  const auto deviation_of = [](const Tensor& x) { return std(cast(x, f64)).item<double>(); };
  const Tensor e = random::exponential(many, 4), g = random::gumbel(many, 1, 2);
  EXPECT_NEAR(mean_of(e), 0.25, 0.002);
  EXPECT_NEAR(deviation_of(e), 0.25, 0.003);
  EXPECT_NEAR(mean_of(g), 1 + 2 * 0.5772156649, 0.02);
  EXPECT_NEAR(deviation_of(g), 2 * 3.14159265 / std::sqrt(6.0), 0.02);
  EXPECT_TRUE(all(isfinite(g)).item<bool>());
  EXPECT_GE(min(e).item<double>(), 0);
}

TEST(Distributions, WholeNumbersAreAllAlike) {
  random::seed(23);
  for (const std::int64_t classes : {2, 3, 10, 97}) {
    EXPECT_LT(alike_ratio(random::randint(0, classes, {kDraws}).to_vector<std::int64_t>(), classes), 1)
        << classes;
  }
  // The low bits and the thirds of ranges that doubles do not resolve.
  constexpr std::int64_t kLow = std::numeric_limits<std::int64_t>::min(),
                         kHigh = std::numeric_limits<std::int64_t>::max();
  const std::int64_t p53 = std::int64_t{1} << 53;
  for (const auto& [low, high] : std::vector<std::pair<std::int64_t, std::int64_t>>{{kLow, kHigh},
                                                                                    {0, kHigh},
                                                                                    {0, p53 / 2 * 3},
                                                                                    {-p53, p53 + 5},
                                                                                    {kHigh - 6000, kHigh},
                                                                                    {0, p53 - 1}}) {
    Whole bits, thirds;
    const auto range = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low);
    for (const std::int64_t each : random::randint(low, high, {kDraws}).to_vector<std::int64_t>()) {
      const auto above = static_cast<std::uint64_t>(each) - static_cast<std::uint64_t>(low);
      ASSERT_LT(above, range);
      if (range > 4096 * 4) bits.push_back(static_cast<std::int64_t>(above & 63));
      thirds.push_back(static_cast<std::int64_t>(above / (range / 3 + 1)));
    }
    if (!bits.empty()) {
      EXPECT_LT(alike_ratio(bits, 64), 1) << low << " to " << high;
    }
    EXPECT_LT(alike_ratio(thirds, 3), 1) << low << " to " << high;
  }
  EXPECT_EQ(random::randint(kHigh - 1, kHigh, {3}).to_vector<std::int64_t>(), Whole(3, kHigh - 1));
  EXPECT_EQ(random::randint(-128, 128, {4}, i8).dtype(), i8);
  EXPECT_EQ(cast(random::randint(0, 3, {kDraws}, bf16), i64).dtype(), i64);
}

TEST(Distributions, BernoulliAndPermutationsAreFair) {
  random::seed(24);
  const Whole heads = cast(random::bernoulli(full({kDraws}, 0.3)), i64).to_vector<std::int64_t>();
  EXPECT_LT(chi_square_ratio(counted(heads), {{0, 0.7 * kDraws}, {1, 0.3 * kDraws}}), 1);
  Whole orders;
  for (int k = 0; k < 6000; ++k) {
    const auto order = random::permutation(3).to_vector<std::int64_t>();
    orders.push_back(order[0] * 2 + (order[1] > order[2] ? 1 : 0));
  }
  EXPECT_LT(alike_ratio(orders, 6), 1);
}

TEST(Multinomial, DrawsClassesByTheirWeights) {
  random::seed(25);
  const Doubles weights = {0, 1, 3, 0, 4, 2, 0};
  const Tensor w = tensor(weights, {7});
  std::map<std::int64_t, double> expected;
  for (std::size_t k = 0; k < weights.size(); ++k) {
    if (weights[k] > 0) expected[static_cast<std::int64_t>(k)] = weights[k] / 10 * kDraws;
  }
  for (const DType dtype : {f32, f64, bf16, f16}) {
    const Tensor drawn = random::multinomial(cast(w, dtype), kDraws, {.replacement = true});
    EXPECT_EQ(drawn.dtype(), i64);
    EXPECT_LT(chi_square_ratio(counted(drawn.to_vector<std::int64_t>()), expected), 1) << name(dtype);
  }
  const Tensor rows = random::multinomial(broadcast_to(w * 1e300, {kDraws, 7}), 1);
  EXPECT_EQ(rows.shape(), (Shape{kDraws, 1}));
  EXPECT_LT(chi_square_ratio(counted(rows.to_vector<std::int64_t>()), expected), 1);
}

// Pairs in order, each with the probability of drawing one class after the other.
TEST(Multinomial, WithoutReplacementIsDrawingOneAfterTheOther) {
  random::seed(26);
  const Doubles weights = {0.1, 0.4, 0.2, 0.3};
  const Whole drawn =
      random::multinomial(broadcast_to(tensor(weights, {4}), {kDraws, 4}), 2).to_vector<std::int64_t>();
  Whole pairs;
  for (std::size_t k = 0; k < drawn.size(); k += 2) pairs.push_back(4 * drawn[k] + drawn[k + 1]);
  std::map<std::int64_t, double> expected;
  for (std::size_t a = 0; a < 4; ++a) {
    for (std::size_t b = 0; b < 4; ++b) {
      if (a != b)
        expected[static_cast<std::int64_t>(4 * a + b)] = kDraws * weights[a] * weights[b] / (1 - weights[a]);
    }
  }
  EXPECT_LT(chi_square_ratio(counted(pairs), expected), 1);
  Whole all = random::multinomial(tensor<double>({1e-300, 5, 0, 1e300}, {4}), 3).to_vector<std::int64_t>();
  std::sort(all.begin(), all.end());
  EXPECT_EQ(all, (Whole{0, 1, 3}));
}

TEST(Multinomial, IsDrawnAgainAtEachCallAndForAnyBatch) {
  random::seed(27);
  const auto draw = compile([](Tensor w) { return random::multinomial(w, 20, {.replacement = true}); });
  const auto first = draw(ones({2, 50})).to_vector<std::int64_t>(),
             second = draw(ones({2, 50})).to_vector<std::int64_t>();
  EXPECT_NE(first, second);
  random::seed(27);
  EXPECT_EQ(draw(ones({2, 50})).to_vector<std::int64_t>(), first);
  EXPECT_EQ(draw(ones({5, 50})).shape(), (Shape{5, 20}));
  EXPECT_EQ(random::multinomial(graph::placeholder(f32, {unknown, 4}, "w"), 3).shape(), (Shape{unknown, 3}));
  EXPECT_EQ(random::multinomial(ones({0, 4}), 3).shape(), (Shape{0, 3}));
  EXPECT_EQ(random::multinomial(zeros({2, 0}), 0).shape(), (Shape{2, 0}));
}

TEST(GumbelSoftmax, DrawsClassesByTheirProbability) {
  random::seed(28);
  const Tensor logits = log(tensor<double>({1, 2, 3, 4}, {4}));
  const Tensor drawn = random::gumbel_softmax(broadcast_to(logits, {kDraws, 4}), {.hard = true});
  EXPECT_EQ(sum(drawn).item<double>(), kDraws);
  std::map<std::int64_t, double> expected;
  for (int k = 0; k < 4; ++k) expected[k] = kDraws * (k + 1) / 10.0;
  EXPECT_LT(chi_square_ratio(counted(argmax(drawn, 1).to_vector<std::int64_t>()), expected), 1);
  const Tensor soft = random::gumbel_softmax(cast(logits, bf16), {.temperature = 0.5});
  EXPECT_EQ(soft.dtype(), bf16);
  EXPECT_NEAR(sum(cast(soft, f32)).item<float>(), 1, 0.02);
}

TEST(GumbelSoftmax, HasTheGradientOfSoftmax) {
  const Tensor logits = tensor<double>({0.3, -1, 2, 0.5, 0, 1}, {3, 2});
  const auto soft = [](const Tensors& in) {
    random::seed(29);
    return Tensors{random::gumbel_softmax(in[0], {.temperature = 0.7, .axis = 0})};
  };
  const auto report = gradient_check(soft, {logits});
  EXPECT_TRUE(report.passed) << report.to_string();
  random::seed(29);
  const Tensor hard = random::gumbel_softmax(logits, {.temperature = 0.7, .hard = true, .axis = 0});
  const Tensor w = arange(0, 6, 1, f64).reshape({3, 2});
  EXPECT_EQ(grad(sum(hard * w), logits).to_vector<double>(),
            grad(sum(soft({logits})[0] * w), logits).to_vector<double>());
}

TEST(Distributions, RepeatWithTheSeed) {
  const auto draw = [] {
    random::seed(30);
    return Tensors{random::exponential({5}), random::gumbel({5}), random::multinomial(ones({9}), 5),
                   random::randint(0, 1000, {5})};
  };
  const Tensors first = draw(), second = draw();
  for (std::size_t k = 0; k < first.size(); ++k)
    EXPECT_EQ(cast(first[k], f64).to_vector<double>(), cast(second[k], f64).to_vector<double>());
  random::seed(31);
  const auto few = random::randint(0, 1000, {4}).to_vector<std::int64_t>();
  random::seed(31);
  const auto more = random::randint(0, 1000, {2, 8}).to_vector<std::int64_t>();
  EXPECT_TRUE(std::equal(few.begin(), few.end(), more.begin()));  // by position alone
}

TEST(BadInput, C07_MoreDrawsThan64BitsCount) {
  const std::int64_t many = std::int64_t{1} << 62;
  for (const bool replacement : {false, true}) {
    expect_error<ShapeError>(
        [&] {
          random::multinomial(ones({4, 3}), many, {.replacement = replacement});
        },
        {"64 bits"});
  }
}

TEST(BadInput, C11_WeightsThatNothingCanBeDrawnFrom) {
  const auto draw = [](const Doubles& weights, std::int64_t count, bool replacement) {
    const auto columns = static_cast<std::int64_t>(weights.size()) / 2;
    eval({random::multinomial(tensor(weights, {2, columns}), count, {.replacement = replacement})});
  };
  for (const bool replacement : {false, true}) {
    expect_error<ValueError>(
        [&] {
          draw({1, 2, 3, -1}, 1, replacement);
        },
        {"multinomial", "weight -1 at position 3"});
    expect_error<ValueError>([&] { draw({1, NAN, 3, 1}, 1, replacement); }, {"weight nan at position 1"});
    expect_error<ValueError>(
        [&] {
          draw({1, 1, INFINITY, 1}, 1, replacement);
        },
        {"weight inf at position 2"});
    expect_error<ValueError>([&] { draw({1, 2, 0, 0}, 1, replacement); }, {"all weights of row 1 are 0"});
  }
  expect_error<ValueError>(
      [&] {
        draw({1, 2, 0, 4}, 2, false);
      },
      {"row 1 has fewer than 2 weights", "replacement"});
  draw({1, 2, 0, 4}, 2, true);
  expect_error<ValueError>([] { random::multinomial(ones({3}), -1); }, {"count is -1"});
  expect_error<DTypeError>([] { random::multinomial(ones({3}, i64), 1); }, {"multinomial", "i64[3]"});
  expect_error<ShapeError>([] { random::multinomial(scalar(1.0), 1); }, {"multinomial"});
  for (const double rate : {0.0, -1.0, double{NAN}})
    expect_error<ValueError>([&] { random::exponential({2}, rate); }, {"exponential: rate is"});
  expect_error<ValueError>([] { random::gumbel({2}, 0, -1); }, {"gumbel: scale is -1"});
  expect_error<ValueError>([] { random::gumbel_softmax(ones({2}), {.temperature = 0}); },
                           {"temperature is 0"});
  expect_error<ShapeError>([] { random::gumbel_softmax(ones({2}), {.axis = 1}); },
                           {"gumbel_softmax", "axis 1"});
  expect_error<DTypeError>([] { random::exponential({2}, 1, i32); }, {"i32"});
}

}  // namespace
}  // namespace luge::testing
