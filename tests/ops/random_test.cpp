#include "luge/ops/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "core/philox.h"
#include "luge/autodiff.h"
#include "luge/compile.h"
#include "luge/ops/math.h"
#include "luge/ops/nn.h"
#include "luge/ops/reduce.h"
#include "support/errors.h"

namespace luge {
namespace {

using testing::expect_error;

TEST(Random, UniformIsPhiloxByPosition) {
  random::seed(42);
  const auto f = random::uniform({2, 3}).to_vector<float>();
  const auto d = random::uniform({5}, 0, 1, f64).to_vector<double>();
  for (std::size_t i = 0; i < f.size(); ++i) EXPECT_EQ(f[i], philox_f32(42, 0, i));
  for (std::size_t i = 0; i < d.size(); ++i) EXPECT_EQ(d[i], philox_f64(42, 1, i));
}

TEST(Random, EvaluatingTwiceGivesTheSame) {
  random::seed(1);
  const Tensor u = random::uniform({8});
  const Tensor a = u + 0, b = u + 0;
  EXPECT_EQ(a.to_vector<float>(), b.to_vector<float>());
  EXPECT_NE(random::uniform({8}).to_vector<float>(), u.to_vector<float>());
}

TEST(Random, ACompiledDrawIsNewAtEachCall) {
  random::seed(3);
  const auto draw = compile([](Tensor x) { return x + random::uniform({4}); });
  const auto first = draw(zeros({4})).to_vector<float>(), second = draw(zeros({4})).to_vector<float>();
  EXPECT_NE(first, second);
  random::seed(3);
  EXPECT_EQ(draw(zeros({4})).to_vector<float>(), first);
}

TEST(Random, MomentsAreRight) {
  random::seed(5);
  const auto moments = [](const Tensor& x) {
    const auto values = x.to_vector<double>();
    double mean = 0, square = 0;
    for (double v : values) mean += v, square += v * v;
    mean /= static_cast<double>(values.size());
    return std::pair(mean, std::sqrt(square / static_cast<double>(values.size()) - mean * mean));
  };
  const Shape many{40000};
  const auto [um, ud] = moments(random::uniform(many, -1, 3));
  EXPECT_NEAR(um, 1, 0.03);
  EXPECT_NEAR(ud, 4 / std::sqrt(12.0), 0.03);
  const auto [nm, nd] = moments(random::normal(many, 2, 3));
  EXPECT_NEAR(nm, 2, 0.06);
  EXPECT_NEAR(nd, 3, 0.05);
  const Tensor cut = random::truncated_normal(many, 1, 2);
  const auto [tm, td] = moments(cut);
  EXPECT_NEAR(tm, 1, 0.04);
  EXPECT_NEAR(td, 2 * 0.87962566, 0.04);
  EXPECT_GE(min(cut).item<double>(), -3.001);
  EXPECT_LE(max(cut).item<double>(), 5.001);
  const auto [bm, bd] = moments(random::bernoulli(full(many, 0.3)));
  EXPECT_NEAR(bm, 0.3, 0.01);
  EXPECT_NEAR(bd, std::sqrt(0.21), 0.01);
}

TEST(Random, RandintReachesItsBoundsAndNoFurther) {
  random::seed(6);
  std::map<std::int64_t, int> seen;
  for (std::int64_t v : random::randint(-2, 3, {5000}).to_vector<std::int64_t>()) ++seen[v];
  ASSERT_EQ(seen.size(), 5u);
  EXPECT_EQ(seen.begin()->first, -2);
  for (const auto& [value, count] : seen) EXPECT_NEAR(count, 1000, 150) << value;
  expect_error<ValueError>([] { random::randint(3, 3, {1}); }, {"[3, 3)"});
}

TEST(Random, PermutationHoldsEachNumberOnce) {
  random::seed(7);
  auto order = random::permutation(50).to_vector<std::int64_t>();
  EXPECT_FALSE(std::is_sorted(order.begin(), order.end()));
  std::sort(order.begin(), order.end());
  for (std::size_t i = 0; i < 50; ++i) EXPECT_EQ(order[i], static_cast<std::int64_t>(i));
  EXPECT_EQ(random::permutation(0).elements(), 0);
  expect_error<ValueError>([] { random::permutation(-1); }, {"-1"});
  const auto inside = compile([](Tensor x) { return cast(random::permutation(3), f32) + x; });
  expect_error<GraphError>([&] { inside(zeros({3})); }, {"permutation", "compiled"});
}

TEST(Dropout, TheBackwardMaskIsTheForwards) {
  random::seed(8);
  Variable w(ones({1000}), "w");
  const Tensor y = dropout(w.value(), 0.3), g = grad(sum(y), w);
  eval({y, g});
  EXPECT_EQ(g.to_vector<float>(), y.to_vector<float>());
  EXPECT_NEAR(mean(y).item<double>(), 1, 0.1);
  const auto step = compile([&](Tensor x) {
    const Tensor z = dropout(w.value() * x, 0.3);
    return std::tuple(z, grad(sum(z), w));
  });
  const auto [z, gz] = step(ones({1000}));
  EXPECT_EQ(gz.to_vector<float>(), z.to_vector<float>());
}

TEST(Dropout, EdgesAreDefined) {
  const Tensor x = full({50}, 2.0);
  EXPECT_EQ(dropout(x, 0.0).to_vector<float>(), x.to_vector<float>());
  EXPECT_EQ(dropout(x, 1.0).to_vector<float>(), std::vector<float>(50, 0.0f));
  EXPECT_EQ(dropout(x, scalar(1.0)).to_vector<float>(), x.to_vector<float>());
  expect_error<ValueError>([&] { dropout(x, 1.5); }, {"rate is 1.5"});
  expect_error<DTypeError>([&] { dropout(ones({3}, i64), 0.5); }, {"dropout", "i64"});
}

}  // namespace
}  // namespace luge
