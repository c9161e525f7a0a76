// Activations far from 0: values and slopes are the limits, in each floating dtype, and NaN stays NaN.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "luge/autodiff.h"
#include "luge/ops/activation.h"
#include "luge/ops/math.h"
#include "luge/ops/rectifiers.h"
#include "luge/ops/reduce.h"
#include "luge/ops/squashing.h"
#include "luge/variable.h"
#include "support/errors.h"

namespace luge::testing {
namespace {

constexpr double inf = std::numeric_limits<double>::infinity();

// What f and its slope are for x to minus and to plus infinity; at ±1e4 they are the same, or x·slope where
// the value has no limit.
struct Row {
  std::string name;
  std::function<Tensor(const Tensor&)> f;
  double low, low_slope, high, high_slope;
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

constexpr double selu_scale = 1.0507009873554805, selu_limit = -1.7580993408473766;

const Row rows[] = {
    {"sigmoid", sigmoid, 0, 0, 1, 0},
    {"tanh", tanh, -1, 0, 1, 0},
    {"relu", relu, 0, 0, inf, 1},
    {"relu6", relu6, 0, 0, 6, 0},
    {"leaky_relu", [](const Tensor& x) { return leaky_relu(x, 0.5); }, -inf, 0.5, inf, 1},
    {"prelu", [](const Tensor& x) { return prelu(x, full({}, 0.5, x.dtype())); }, -inf, 0.5, inf, 1},
    {"elu", [](const Tensor& x) { return elu(x, 2); }, -2, 0, inf, 1},
    {"selu", selu, selu_limit, 0, inf, selu_scale},
    {"celu", [](const Tensor& x) { return celu(x, 2); }, -2, 0, inf, 1},
    {"gelu", [](const Tensor& x) { return gelu(x); }, 0, 0, inf, 1},
    {"gelu_tanh", [](const Tensor& x) { return gelu(x, GeluForm::tanh); }, 0, 0, inf, 1},
    {"silu", [](const Tensor& x) { return silu(x); }, 0, 0, inf, 1},
    {"silu_beta", [](const Tensor& x) { return silu(x, 3); }, 0, 0, inf, 1},
    {"mish", mish, 0, 0, inf, 1},
    {"softplus", [](const Tensor& x) { return softplus(x); }, 0, 0, inf, 1},
    {"softplus_beta", [](const Tensor& x) { return softplus(x, 2); }, 0, 0, inf, 1},
    {"softsign", softsign, -1, 0, 1, 0},
    {"hard_sigmoid", [](const Tensor& x) { return hard_sigmoid(x); }, 0, 0, 1, 0},
    {"hard_swish", hard_swish, 0, 0, inf, 1},
    {"hard_tanh", [](const Tensor& x) { return hard_tanh(x, -2, 0.5); }, -2, 0, 0.5, 0},
    {"threshold", [](const Tensor& x) { return threshold(x, 1, -3); }, -3, 0, inf, 1},
};

class Limits : public ::testing::TestWithParam<Row> {
 protected:
  // {value, slope} of each x.
  static std::vector<std::pair<double, double>> at(const std::vector<double>& x, DType dtype) {
    const Variable v(cast(tensor(x, Shape{static_cast<std::int64_t>(x.size())}), dtype), "x");
    const Tensor y = GetParam().f(v.value()), slope = grad(sum(y), v);
    EXPECT_EQ(y.dtype(), dtype);
    const auto values = y.to_vector<double>(), slopes = slope.to_vector<double>();
    std::vector<std::pair<double, double>> all;
    for (std::size_t k = 0; k < values.size(); ++k) all.emplace_back(values[k], slopes[k]);
    return all;
  }
};

TEST_P(Limits, AreTheValuesAndSlopesAtInfinity) {
  const Row& row = GetParam();
  for (const DType dtype : {f64, f32, f16, bf16}) {
    const double digits = dtype == f64 ? 1e-12 : dtype == f32 ? 1e-6 : 1e-2;
    const auto got = at({-inf, inf}, dtype);
    const std::pair<double, double> expected[] = {{row.low, row.low_slope}, {row.high, row.high_slope}};
    for (std::size_t k = 0; k < 2; ++k) {
      SCOPED_TRACE(std::string(name(dtype)) + (k ? " at infinity" : " at -infinity"));
      if (std::isinf(expected[k].first))
        EXPECT_EQ(got[k].first, expected[k].first);
      else
        EXPECT_NEAR(got[k].first, expected[k].first, digits);
      EXPECT_NEAR(got[k].second, expected[k].second, digits);
    }
  }
}

TEST_P(Limits, AreNearlyReachedByLargeNumbers) {
  const Row& row = GetParam();
  for (const DType dtype : {f64, f32, f16, bf16}) {
    // softsign comes near its limits slowly: by 1/|x|.
    const double digits = dtype == f64 || dtype == f32 ? 2e-4 : 2e-2;
    const auto got = at({-1e4, 1e4}, dtype);
    const double x[] = {-1e4, 1e4}, limits[] = {row.low, row.high},
                 slopes[] = {row.low_slope, row.high_slope};
    for (std::size_t k = 0; k < 2; ++k) {
      SCOPED_TRACE(std::string(name(dtype)) + " at " + std::to_string(x[k]));
      const double expected = std::isinf(limits[k]) ? x[k] * slopes[k] : limits[k];
      EXPECT_NEAR(got[k].first, expected, digits * std::max(1.0, std::abs(expected)));
      EXPECT_NEAR(got[k].second, slopes[k], digits);
    }
  }
}

TEST_P(Limits, NaNStaysNaN) {
  for (const DType dtype : {f64, f32, f16, bf16})
    EXPECT_TRUE(std::isnan(at({NAN, 1}, dtype)[0].first)) << name(dtype);
}

INSTANTIATE_TEST_SUITE_P(Every, Limits, ::testing::ValuesIn(rows),
                         [](const auto& info) { return info.param.name; });

TEST(Step, CountsZeroAsOneAndKeepsNaN) {
  const auto y = step(tensor<float>({-1, -0.0f, 0, 2, -INFINITY, INFINITY, NAN}, {7})).to_vector<float>();
  EXPECT_EQ(std::vector<float>(y.begin(), y.begin() + 6), (std::vector<float>{0, 1, 1, 1, 0, 1}));
  EXPECT_TRUE(std::isnan(y[6]));
}

TEST(Step, SaysWhyItHasNoGradient) {
  const Variable x(tensor<float>({1, 2}, {2}), "x");
  expect_error<GraphError>([&] { grad(sum(step(x.value())), x); },
                           {"step", "its slope is 0, and infinite at 0"});
}

TEST(Hardmax, TakesTheFirstOfEqualsAndNoNaN) {
  const Tensor x = tensor<float>({1, 3, 3, 5, NAN, 2}, {2, 3});
  const auto y = hardmax(x).to_vector<float>();
  EXPECT_EQ(std::vector<float>(y.begin(), y.begin() + 3), (std::vector<float>{0, 1, 0}));
  for (std::size_t k = 3; k < 6; ++k) EXPECT_TRUE(std::isnan(y[k]));
  EXPECT_EQ(hardmax(full({1, 3}, -INFINITY)).to_vector<float>(), (std::vector<float>{1, 0, 0}));
}

TEST(Prelu, TheSlopesHaveFiniteGradientsAtInfinity) {
  const Variable x(tensor<float>({INFINITY, 1e4f, -1e4f}, {3}), "x"), slope(full({1}, 0.25), "slope");
  EXPECT_EQ(grad(sum(prelu(x.value(), slope.value())), slope).to_vector<float>(),
            (std::vector<float>{-1e4f}));
}

TEST(BadInput, C10_TypesOfActivations) {
  const Tensor whole = ones({4}, i64), x = ones({2, 3});
  for (const auto& f : std::vector<std::function<Tensor(const Tensor&)>>{
           [](const Tensor& t) { return elu(t); }, selu, [](const Tensor& t) { return celu(t); },
           [](const Tensor& t) { return silu(t); }, mish, hard_swish, softsign, step,
           [](const Tensor& t) { return threshold(t, 0, 0); }, [](const Tensor& t) { return glu(t); },
           [](const Tensor& t) { return hard_sigmoid(t); }, [](const Tensor& t) { return hard_tanh(t); },
           [](const Tensor& t) { return softmin(t); }, [](const Tensor& t) { return hardmax(t); },
           [](const Tensor& t) { return prelu(t, t); }, [](const Tensor& t) { return softplus(t, 2); }})
    expect_error<DTypeError>([&] { f(whole); }, {"i64"});
  expect_error<DTypeError>([&] { prelu(x, ones({1}, f64)); }, {"prelu", "f32", "f64"});
}

TEST(BadInput, C01_ShapesOfActivations) {
  const Tensor x = ones({2, 3, 4});
  expect_error<ShapeError>([&] { prelu(x, ones({4})); }, {"prelu", "slope", "4", "3"});
  expect_error<ShapeError>([&] { prelu(x, ones({3, 1})); }, {"prelu", "slope"});
  expect_error<ShapeError>([&] { prelu(ones({3}), ones({3})); }, {"prelu"});
  expect_error<ShapeError>([&] { glu(x, 1); }, {"glu", "axis 1", "[2,3,4]", "even"});
  expect_error<ShapeError>([&] { glu(x, 3); }, {"glu", "3"});
  expect_error<ShapeError>([&] { hardmax(x, 3); }, {"hardmax", "3"});
  expect_error<ShapeError>([&] { softmin(x, -4); }, {"softmin", "-4"});
}

TEST(BadInput, C08_NumbersOfActivations) {
  const Tensor x = ones({2});
  expect_error<ValueError>([&] { celu(x, 0); }, {"celu", "alpha is 0", "above 0"});
  expect_error<ValueError>([&] { softplus(x, -1); }, {"softplus", "beta is -1", "above 0"});
  expect_error<ValueError>([&] { hard_tanh(x, 1, 1); }, {"hard_tanh", "1 and 1", "low < high"});
}

}  // namespace
}  // namespace luge::testing
