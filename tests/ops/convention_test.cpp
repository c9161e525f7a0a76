// Conventions where mathematics leaves a choice: gradients at kinks and ties, results at the edges.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "luge/autodiff.h"
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"

namespace luge::testing {
namespace {

using Doubles = std::vector<double>;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

Tensor vector(std::initializer_list<double> values) {
  return tensor(values, {static_cast<std::int64_t>(values.size())});
}

// The gradient of Σ f(x).
template <class F>
Doubles slope(const F& f, const Tensor& x) {
  return grad(sum(f(x)), x).template to_vector<double>();
}

TEST(Convention, SlopesAtZero) {
  const Tensor zero = vector({0});
  EXPECT_EQ(slope(relu, zero), (Doubles{0}));
  EXPECT_EQ(slope(abs, zero), (Doubles{0}));
  EXPECT_EQ(slope(sign, zero), (Doubles{0}));
}

TEST(Convention, TiesShareTheGradientEvenly) {
  EXPECT_EQ(slope([](const Tensor& x) { return max(x); }, vector({1, 3, 3, 2})), (Doubles{0, 0.5, 0.5, 0}));
  EXPECT_EQ(slope([](const Tensor& x) { return min(x); }, vector({4, 1, 1, 1, 2})),
            (Doubles{0, 1.0 / 3, 1.0 / 3, 1.0 / 3, 0}));
  const Tensor b = vector({1, 1, 1});
  EXPECT_EQ(slope([&](const Tensor& a) { return maximum(a, b); }, vector({0, 1, 2})), (Doubles{0, 0.5, 1}));
  EXPECT_EQ(slope([&](const Tensor& a) { return minimum(a, b); }, vector({0, 1, 2})), (Doubles{1, 0.5, 0}));
}

TEST(Convention, ClampPassesTheGradientAtItsBounds) {
  EXPECT_EQ(slope([](const Tensor& x) { return clamp(x, -1, 1); }, vector({-2, -1, 0, 1, 2})),
            (Doubles{0, 1, 1, 1, 0}));
  EXPECT_EQ(clamp(vector({0}), 2, 1).item<double>(), 1);
}

TEST(Convention, ABoundThatIsNanGivesNan) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  for (const Tensor& limited : {clamp(vector({0}), vector({nan}), 1), clamp(vector({0}), -1, vector({nan})),
                                clamp(vector({0}), nan, 1), clamp(vector({nan}), -1, vector({1}))})
    EXPECT_TRUE(std::isnan(limited.item<double>()));
}

TEST(Convention, PowersAtZero) {
  const Tensor zero = vector({0}), two = vector({2});
  EXPECT_EQ(slope([&](const Tensor& x) { return pow(x, vector({0})); }, zero), (Doubles{0}));
  EXPECT_EQ(slope([&](const Tensor& x) { return pow(x, two); }, zero), (Doubles{0}));
  EXPECT_EQ(slope([&](const Tensor& e) { return pow(zero, e); }, two), (Doubles{0}));
  EXPECT_EQ(pow(zero, 0).item<double>(), 1);
}

TEST(Convention, RootsOfSumsHaveSlopeZeroWhereTheyVanish) {
  const Tensor zeros = vector({0, 0, 0});
  for (double p : {0.5, 1.0, 1.5, 2.0, 3.0}) {
    EXPECT_EQ(slope([p](const Tensor& x) { return norm(x, p); }, zeros), (Doubles{0, 0, 0})) << p;
  }
  EXPECT_EQ(slope([](const Tensor& x) { return luge::std(x); }, vector({2, 2, 2})), (Doubles{0, 0, 0}));
}

TEST(Convention, ReductionsOfNothing) {
  const Tensor nothing = zeros({2, 0}, f64);
  EXPECT_EQ(sum(nothing, 1).to_vector<double>(), (Doubles{0, 0}));
  EXPECT_EQ(prod(nothing, 1).to_vector<double>(), (Doubles{1, 1}));
  EXPECT_TRUE(std::isnan(mean(nothing).item<double>()));
  EXPECT_EQ(logsumexp(nothing, 1).to_vector<double>(), (Doubles{-kInfinity, -kInfinity}));
  EXPECT_FALSE(any(zeros({0}, boolean)).item<bool>());
  EXPECT_TRUE(all(zeros({0}, boolean)).item<bool>());
  EXPECT_EQ(max(nothing, 0).shape(), (Shape{0}));
}

TEST(Convention, IntegersNeverTrap) {
  const Tensor a = tensor<std::int32_t>({7, -7, 0, std::numeric_limits<std::int32_t>::min()}, {4});
  const Tensor zero = zeros({4}, i32), minus = full({4}, -1, i32);
  using Whole = std::vector<std::int32_t>;
  EXPECT_EQ(div(a, zero).to_vector<std::int32_t>(), (Whole{0, 0, 0, 0}));
  EXPECT_EQ(mod(a, zero).to_vector<std::int32_t>(), (Whole{0, 0, 0, 0}));
  EXPECT_EQ(remainder(a, zero).to_vector<std::int32_t>(), (Whole{0, 0, 0, 0}));
  EXPECT_EQ(floor_divide(a, zero).to_vector<std::int32_t>(), (Whole{0, 0, 0, 0}));
  EXPECT_EQ(div(a, minus).to_vector<std::int32_t>()[0], -7);
  EXPECT_EQ(remainder(tensor<std::int32_t>({-7}, {1}), 3).item<std::int32_t>(), 2);
  EXPECT_EQ(mod(tensor<std::int32_t>({-7}, {1}), 3).item<std::int32_t>(), -1);
  EXPECT_EQ(div(tensor<std::int32_t>({-7}, {1}), 2).item<std::int32_t>(), -3);
  EXPECT_EQ(floor_divide(tensor<std::int32_t>({-7}, {1}), 2).item<std::int32_t>(), -4);
}

TEST(Convention, OrdersAreStableAndPutNaNLast) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  using Whole = std::vector<std::int64_t>;
  EXPECT_EQ(argsort(vector({2, nan, 1, 2, 1})).to_vector<std::int64_t>(), (Whole{2, 4, 0, 3, 1}));
  EXPECT_EQ(argsort(vector({2, nan, 1, 2, 1}), -1, {.descending = true}).to_vector<std::int64_t>(),
            (Whole{1, 0, 3, 2, 4}));
  EXPECT_EQ(argmax(vector({1, 5, 5})).item<std::int64_t>(), 1);
  EXPECT_EQ(argmax(vector({1, nan, 5, nan})).item<std::int64_t>(), 1);
  EXPECT_EQ(argmin(vector({3, nan, 1})).item<std::int64_t>(), 1);
  EXPECT_TRUE(std::isnan(max(vector({1, nan, 2})).item<double>()));
}

TEST(Convention, RunsOfEqualElements) {
  const Runs runs = unique_consecutive(tensor<std::int32_t>({4, 4, 1, 4, 4, 4}, {2, 3}));
  EXPECT_EQ(runs.values.to_vector<std::int32_t>(), (std::vector<std::int32_t>{4, 1, 4}));
  EXPECT_EQ(runs.inverse.to_vector<std::int64_t>(), (std::vector<std::int64_t>{0, 0, 1, 2, 2, 2}));
  EXPECT_EQ(runs.inverse.shape(), (Shape{2, 3}));
  EXPECT_EQ(runs.counts.to_vector<std::int64_t>(), (std::vector<std::int64_t>{2, 1, 3}));
  EXPECT_EQ(unique_consecutive(zeros({0})).values.shape(), (Shape{0}));
}

}  // namespace
}  // namespace luge::testing
