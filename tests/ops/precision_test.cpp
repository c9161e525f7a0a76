// 16-bit tensors whose sums, squares, counts and draws are float32; results that are small though squares and
// sums on the way are not.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "luge/autodiff.h"
#include "luge/compile.h"
#include "luge/ops/compare.h"
#include "luge/ops/index.h"
#include "luge/ops/math.h"
#include "luge/ops/nn.h"
#include "luge/ops/normalization.h"
#include "luge/ops/random.h"
#include "luge/ops/reduce.h"
#include "luge/ops/sequence.h"
#include "luge/ops/shape.h"
#include "luge/random.h"
#include "luge/variable.h"
#include "support/errors.h"

namespace luge::testing {
namespace {

using Values = std::vector<double>;

double relative(double got, double expected) { return std::abs(got - expected) / std::abs(expected); }
void expect_close(const Tensor& got, const Values& expected, double tolerance) {
  const Values values = got.to_vector<double>();
  ASSERT_EQ(values.size(), expected.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    EXPECT_LE(std::abs(values[i] - expected[i]), tolerance * std::max(1e-300, std::abs(expected[i])))
        << i << ": " << values[i] << ", expected " << expected[i];
  }
}
Tensor numbers(const Values& values, DType dtype, const Shape& shape = {}) {
  return cast(tensor(values, shape.rank() ? shape : Shape{static_cast<std::int64_t>(values.size())}), dtype);
}

class Halves : public ::testing::TestWithParam<DType> {};
INSTANTIATE_TEST_SUITE_P(DTypes, Halves, ::testing::Values(f16, bf16),
                         [](const auto& info) { return std::string(name(info.param)); });

TEST_P(Halves, MeansCountMoreElementsThanTheDTypeDoes) {
  for (const std::int64_t count : {257, 65536, 100000}) {
    EXPECT_EQ(mean(ones({count}, GetParam())).item<double>(), 1) << count;
    EXPECT_EQ(mean(ones({2, count}, GetParam()), 1).to_vector<double>(), (Values{1, 1})) << count;
    Variable x(ones({count}, GetParam()), "x");
    const Tensor slope = grad(mean(x.value() * 1000), x);
    EXPECT_LE(relative(slope.to_vector<double>()[0], 1000.0 / static_cast<double>(count)), 0.01);
  }
  EXPECT_EQ(global_avg_pool(ones({1, 1, 300, 300}, GetParam())).item<double>(), 1);
}

TEST_P(Halves, SquaresAreFloat32) {
  const Tensor x = numbers({300, -300, 300, 100}, GetParam());
  const double digits = 0.01;
  EXPECT_LE(relative(norm(x).item<double>(), std::sqrt(280000.0)), digits);
  EXPECT_LE(relative(luge::std(x, {}, Keep::no, 0).item<double>(), 244.949), digits);
  const Tensor y = layer_norm(x, ones({4}, GetParam()), zeros({4}, GetParam()));
  expect_close(y, {0.8165, -1.6330, 0.8165, 0}, 0.02);
}

TEST_P(Halves, SumsAreRoundedOnce) {
  const DType dtype = GetParam();
  const Tensor zero = zeros({2}, dtype), at = zeros({3000}, i64);
  EXPECT_LE(relative(index_add(zero, at, ones({3000}, dtype)).to_vector<double>()[0], 3000), 0.01);
  EXPECT_LE(relative(scatter_add(zero, at, ones({3000}, dtype), 0).to_vector<double>()[0], 3000), 0.01);
  EXPECT_LE(relative(sum(ones({3000}, dtype)).item<double>(), 3000), 0.01);
  EXPECT_LE(relative(logsumexp(zeros({100000}, dtype)).item<double>(), std::log(100000.0)), 0.01);
  EXPECT_LE(relative(sum(cast(softmax(zeros({3000}, dtype)), f64)).item<double>(), 1), 0.01);
  EXPECT_LE(relative(prod(numbers({1000, 1000, 1e-3, 1e-3}, dtype, {2, 2})).item<double>(), 1), 0.01);
}

TEST_P(Halves, BatchStatisticsAreFloat32) {
  const Tensor x = numbers({300, -300, 100, 5}, GetParam(), {4, 1});
  const auto [y, mean, variance] = batch_norm(x, ones({1}, GetParam()), zeros({1}, GetParam()));
  EXPECT_EQ(variance.dtype(), f32);
  EXPECT_LE(relative(variance.item<double>(), 46816.2), 0.01);
  EXPECT_EQ(batch_norm_inference(x, ones({1}, GetParam()), zeros({1}, GetParam()), mean, variance).dtype(),
            GetParam());
}

TEST_P(Halves, GradientsOfFusedOpsAreThoseOfFloat32) {
  const Values places = {30, -20, 7, 12, 11, 5, -3, 9};
  const auto slopes = [&](DType dtype, const auto& f) {
    Variable x(numbers(places, dtype, {2, 4}), "x");
    return cast(grad(sum(cast(f(x.value()), f32) * numbers({1, 2, -1, 3}, f32)), x), f64);
  };
  const auto compare = [&](const auto& f, const char* what) {
    const Tensor right = slopes(f32, f), got = slopes(GetParam(), f);
    const Values wide = right.to_vector<double>(), own = got.to_vector<double>();
    double largest = 1e-30;
    for (const double each : wide) largest = std::max(largest, std::abs(each));
    for (std::size_t i = 0; i < wide.size(); ++i)
      EXPECT_LE(std::abs(wide[i] - own[i]), 0.02 * largest) << what << " " << i;
  };
  compare([](const Tensor& x) { return softmax(x * 0.1); }, "softmax");
  compare([](const Tensor& x) { return log_softmax(x); }, "log_softmax");
  compare([](const Tensor& x) { return layer_norm(x, ones({4}, x.dtype()), {}); }, "layer_norm");
  compare([](const Tensor& x) { return batch_norm(x, ones({4}, x.dtype()), zeros({4}, x.dtype())).y; },
          "batch_norm");
  compare([](const Tensor& x) { return gelu(x * 0.1, GeluForm::tanh); }, "gelu");
  compare(
      [](const Tensor& x) {
        return unsqueeze(softmax_cross_entropy(x, tensor<std::int64_t>({1, 2}, {2})), 1);
      },
      "softmax_cross_entropy");
  compare(
      [](const Tensor& x) {
        const Tensor q = reshape(x, {1, 1, 2, 4});
        return reshape(attention(q, q, q), {2, 4});
      },
      "attention");
}

TEST_P(Halves, DrawsAreFloat32) {
  random::seed(7);
  const std::int64_t n = 1000000;
  const double once = sum(cast(random::bernoulli(full({n}, 0.001, GetParam())), f64)).item<double>();
  EXPECT_NEAR(once, 1000, 150);
  const double dropped = sum(cast(equal(dropout(ones({n}, GetParam()), 0.001), 0), f64)).item<double>();
  EXPECT_NEAR(dropped, 1000, 150);
  const Tensor u = random::uniform({n}, 0, 1, GetParam()), z = random::normal({n}, 0, 1, GetParam());
  EXPECT_LT(max(u).item<double>(), 1);
  EXPECT_LT(min(u).item<double>(), 1e-4);
  EXPECT_NEAR(mean(cast(u, f64)).item<double>(), 0.5, 0.002);
  EXPECT_GT(max(z).item<double>(), 4);
  EXPECT_NEAR(luge::std(cast(z, f64)).item<double>(), 1, 0.01);
}

TEST(Overflow, MeansOfLargeNumbersAreFinite) {
  expect_close(mean(full({10}, 3e38)), {3e38}, 1e-6);
  expect_close(mean(full({2, 10}, 1.5e308, f64)), {1.5e308}, 1e-12);
  Variable x(full({10}, 3e38), "x");
  expect_close(grad(mean(x.value()), x), Values(10, 0.1), 1e-6);
  EXPECT_EQ(mean(full({3}, INFINITY)).item<double>(), INFINITY);
  EXPECT_TRUE(std::isnan(mean(zeros({0})).item<double>()));
}

TEST(Overflow, MeansOverSomeAxesAreFinite) {
  for (const DType dtype : {f32, f64, bf16}) {
    const double large = dtype == f64 ? 1.5e308 : 0x1.8p127, least = dtype == f64 ? 1e-300 : 0x1p-100;
    for (const double value : {large, -large, least, 3.0}) {
      Variable x(full({3, 5, 7}, value, dtype), "x");
      for (const Axes& axes : {Axes(0), Axes(1), Axes(2), Axes{0, 2}, from(1)}) {
        const Tensor y = mean(x.value(), axes);
        expect_close(y, Values(static_cast<std::size_t>(y.elements()), value), 1e-2);
        if (dtype != bf16) expect_close(y, Values(static_cast<std::size_t>(y.elements()), value), 1e-6);
        expect_close(grad(sum(mean(x.value(), axes) * 3), x),
                     Values(105, 3.0 * static_cast<double>(y.elements()) / 105), dtype == bf16 ? 1e-2 : 1e-6);
      }
      if (std::abs(value) == large) {
        EXPECT_LE(max(luge::std(x.value(), 1)).item<double>(), 1e-6 * large);
        expect_close(global_avg_pool(x.value()), Values(15, value), 1e-2);
      }
    }
  }
  // What is exact stays so: scaling by powers of two takes no digit.
  const Tensor odd = tensor<float>({1, 2, 4, 0.1f, 0.2f, 0.4f}, {2, 3});
  EXPECT_EQ(mean(odd, 1).to_vector<float>(), (sum(odd, 1) / 3).to_vector<float>());
  EXPECT_TRUE(std::isnan(mean(zeros({2, 0}), 1).to_vector<double>()[0]));
  const Tensor far = numbers({3e38, 3.2e38, 3e38, 3.2e38}, f32, {2, 2});
  expect_close(luge::std(far, 1, Keep::no, 0), {1e37, 1e37}, 1e-5);
  expect_close(norm(far * 0.5, 2, 0), {3e38 / std::sqrt(2), 3.2e38 / std::sqrt(2)}, 1e-5);
  expect_close(logsumexp(far, 1), {3.2e38, 3.2e38}, 1e-6);
}

// In the public layout, and in the one that convolutions leave behind.
TEST(Overflow, MeansOfWindowsAreFinite) {
  for (const DType dtype : {f32, bf16}) {
    for (const std::int64_t channels : {1, 3, 16, 33}) {
      Tensor x = full({2, channels, 5, 6}, 0x1.8p127, dtype);
      x = x * cast(greater(iota_like(x, 3), 0), dtype);  // the first column is 0
      const Tensor unit = reshape(eye(channels, dtype), {channels, channels, 1, 1});
      for (const bool convolved : {false, true}) {
        const auto pool = [&](const PoolOptions& options) {
          const auto run =
              compile([&](Tensor t) { return avg_pool2d(convolved ? relu(conv2d(t, unit)) : t, options); });
          return cast(run(x), f64) * 0x1p-127;
        };
        const Tensor valid = pool({.kernel = {2, 3}, .stride = 2});  // columns 0-2 and 2-4
        EXPECT_EQ(valid.shape(), (Shape{2, channels, 2, 2}));
        const Values got = valid.to_vector<double>();
        for (std::size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], i % 2 ? 1.5 : 1, 0.01);
        const Values edge =
            pool({.kernel = 3, .stride = 3, .padding = PaddingMode::same, .count_include_pad = true})
                .to_vector<double>();
        // Two rows of padding out of five and none of six columns: the first window of each row has a 0
        // column.
        for (std::size_t i = 0; i < edge.size(); ++i)
          EXPECT_NEAR(edge[i], (i % 2 ? 1.5 : 1) * (i / 2 % 2 ? 2.0 / 3 : 1), 0.01) << i;
      }
    }
  }
}

TEST(Overflow, DrawsReachBothEndsOfADtype) {
  random::seed(3);
  for (const auto& [dtype, end] :
       std::vector<std::pair<DType, double>>{{f32, 3e38}, {f64, 1.5e308}, {bf16, 3e38}}) {
    const Tensor x = cast(random::uniform({20000}, -end, end, dtype), f64) * (1 / end);
    EXPECT_NEAR(mean(x).item<double>(), 0, 0.02);
    EXPECT_GT(max(x).item<double>(), 0.99);
    EXPECT_LT(min(x).item<double>(), -0.99);
  }
}

class Scales : public ::testing::TestWithParam<double> {};
INSTANTIATE_TEST_SUITE_P(Sizes, Scales, ::testing::Values(1e30, 1e-30, 2e19, 1.0));

TEST_P(Scales, LengthsAndDeviationsFollowTheirElements) {
  const double s = GetParam();
  for (const DType dtype : {f32, f64}) {
    const double scale = dtype == f64 && s > 1e20 ? 1e200 : dtype == f64 && s < 1e-20 ? 1e-200 : s;
    Variable x(numbers({3 * scale, 4 * scale}, dtype), "x");
    expect_close(norm(x.value()), {5 * scale}, 1e-6);
    expect_close(grad(norm(x.value()), x), {0.6, 0.8}, 1e-5);
    expect_close(norm(x.value(), 3), {std::cbrt(91) * scale}, 1e-5);
    expect_close(luge::std(x.value(), {}, Keep::no, 0), {0.5 * scale}, 1e-5);
    expect_close(grad(luge::std(x.value(), {}, Keep::no, 0), x), {-0.5, 0.5}, 1e-5);
  }
}

// mean 0.5, deviation √1.25 of {0,1,0,1,…} shifted
TEST(Overflow, NormsOfLargeNumbersAreThoseOfSmallOnes) {
  const Values places = {1, -1, 2, 5, 3, 0, -2, 4};
  for (const DType dtype : {f32, f64}) {
    const auto run = [&](double by) {
      Values scaled = places;
      for (double& each : scaled) each *= by;
      Variable x(numbers(scaled, dtype, {4, 2}), "x");
      const Tensor w = numbers({1, 2}, dtype), b = numbers({0.25, 1}, dtype);
      const Tensor seed = numbers({1, 2, -1, 3, 0, 1, 2, -2}, dtype, {4, 2});
      Tensors results;
      for (const Tensor& y : {layer_norm(x.value(), w, b, 0 + 1, 0), batch_norm(x.value(), w, b, 0).y,
                              relu(batch_norm(x.value(), w, b, 0).y)}) {
        results.push_back(grad(sum(y * seed), x) * by);
        results.push_back(y);
      }
      return results;
    };
    const Tensors small = run(1);
    // The sums of the larger ones overflow, too.
    for (const double scale : dtype == f64 ? Values{1e180, 2e307} : Values{1e28, 6e37}) {
      const Tensors large = run(scale);
      for (std::size_t k = 0; k < small.size(); ++k) {
        const Values expected = small[k].to_vector<double>(), got = large[k].to_vector<double>();
        for (std::size_t i = 0; i < got.size(); ++i)
          EXPECT_NEAR(got[i], expected[i], 2e-5)
              << name(dtype) << " by " << scale << ", result " << k << " [" << i << "]";
      }
    }
  }
}

TEST(ZeroLengths, GiveEmptyResultsOrSayWhyNot) {
  EXPECT_EQ(softmax(zeros({2, 0}), 1).shape(), (Shape{2, 0}));
  EXPECT_EQ(softmax(zeros({2, 0}), 1).to_vector<float>().size(), 0u);
  EXPECT_EQ(log_softmax(zeros({0}), 0).to_vector<float>().size(), 0u);
  Variable x(zeros({0, 3}), "x");
  EXPECT_EQ(grad(sum(softmax(x.value(), 0)), x).shape(), (Shape{0, 3}));
  expect_error<ShapeError>([] { max(zeros({2, 0}), 1); }, {"max", "[2,0]", "axis 1"});
  expect_error<ShapeError>([] { argmax(zeros({2, 0}), 1); }, {"argmax", "[2,0]", "axis 1"});
  for (const Tensor& empty :
       {max(zeros({0, 0}), 1), min(zeros({0, 0}), 1), cast(argmax(zeros({0, 0}), 1), f32),
        cast(argmin(zeros({0, 0}), 1), f32), median(zeros({0, 0}), 1), sum(zeros({0, 0}), 1),
        cumsum(zeros({0}), 0), sort(zeros({0}), 0).values}) {
    EXPECT_EQ(empty.to_vector<float>().size(), 0u) << empty.shape().to_string();
  }
  EXPECT_EQ(logsumexp(zeros({0})).item<float>(), -INFINITY);
  EXPECT_EQ(sum(zeros({2, 0}), 1).to_vector<float>(), (std::vector<float>{0, 0}));
  EXPECT_EQ(prod(zeros({2, 0}), 1).to_vector<float>(), (std::vector<float>{1, 1}));
  EXPECT_EQ(norm(zeros({2, 0}), 2, 1).to_vector<float>(), (std::vector<float>{0, 0}));
  EXPECT_TRUE(std::isnan(luge::std(zeros({0})).item<float>()));
  EXPECT_EQ(layer_norm(zeros({2, 0}), zeros({0}), zeros({0})).to_vector<float>().size(), 0u);
  EXPECT_EQ(attention(ones({1, 1, 2, 3}), zeros({1, 1, 0, 3}), zeros({1, 1, 0, 3})).to_vector<float>(),
            std::vector<float>(6, 0));
}

// What a mask hides is not there: rows that see nothing give 0, and NaN behind it reaches nobody.
TEST(Attention, MasksHideWhatTheySay) {
  const float nan = NAN;
  for (const DType dtype : {f32, f64, bf16}) {
    Variable q(numbers({1, 2, 3, 4}, dtype, {1, 1, 2, 2}), "q"),
        k(numbers({1, 0, 2, nan}, dtype, {1, 1, 2, 2}), "k"),
        v(numbers({1, 2, nan, INFINITY}, dtype, {1, 1, 2, 2}), "v");
    for (const Tensor& mask : {tensor<bool>({true, false, false, false}, {2, 2}),
                               tensor<bool>({true, false, false, false}, {1, 1, 2, 2})}) {
      const Tensor y = attention(q.value(), k.value(), v.value(), {}, mask);
      const Tensors slopes = grad(sum(y), {q, k, v});
      EXPECT_EQ(y.to_vector<double>(), (Values{1, 2, 0, 0}));
      EXPECT_EQ(slopes[0].to_vector<double>(), (Values{0, 0, 0, 0}));
      EXPECT_EQ(slopes[1].to_vector<double>(), (Values{0, 0, 0, 0}));
      EXPECT_EQ(slopes[2].to_vector<double>(), (Values{1, 1, 0, 0}));
    }
  }
}

TEST(Attention, CausalRowsDoNotSeeWhatComesLater) {
  random::seed(5);
  for (const DType dtype : {f32}) {
    const Shape shape{1, 2, 11, 5};
    const Tensor clean = random::normal(shape, 0, 1, dtype), bad = full({1, 2, 3, 5}, NAN, dtype);
    const Tensor spoilt = concat({slice(clean, {.axis = 2, .stop = 8}), bad}, 2);
    const auto first = [](const Tensor& y) { return slice(y, {.axis = 2, .stop = 8}).to_vector<double>(); };
    EXPECT_EQ(first(attention(spoilt, spoilt, spoilt, {.causal = true})),
              first(attention(clean, clean, clean, {.causal = true})));
    const auto slope = [&](const Tensor& x) {
      Variable q(clean, "q"), k(x, "k"), v(x, "v");
      const Tensor y = attention(q.value(), k.value(), v.value(), {.causal = true});
      return first(grad(sum(slice(y, {.axis = 2, .stop = 8})), {q, k, v})[0]);
    };
    EXPECT_EQ(slope(spoilt), slope(clean));
  }
}

TEST(Entropy, LogitsThatNothingIsSaidOfMayBeAnything) {
  for (const DType dtype : {f32, f64, bf16}) {
    for (const std::int64_t axis : {1, 0}) {
      const Tensor given = numbers({1, -INFINITY, NAN, NAN}, dtype, {2, 2});
      Variable x(axis == 1 ? given : transpose(given, 0, 1), "x");
      const Tensor cost = softmax_cross_entropy(x.value(), tensor<std::int64_t>({0, -1}, {2}),
                                                {.axis = axis, .ignore_index = -1});
      const Tensor slope = grad(sum(cost), x);
      EXPECT_EQ(cost.to_vector<double>(), (Values{0, 0}));
      EXPECT_EQ(slope.to_vector<double>(), (Values{0, 0, 0, 0}));
    }
  }
}

}  // namespace
}  // namespace luge::testing
