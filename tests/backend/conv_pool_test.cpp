// Convolution and pooling as one step: chosen where it should be, and the same numbers as the two apart.
#include <gtest/gtest.h>

#include "luge/luge.h"

namespace luge::testing {
namespace {

struct Case {
  Shape x, w;
  ConvOptions conv;
  PoolOptions pool;
  bool relu = true;
  bool bias = true;
};

std::vector<Case> cases() {
  const auto same = Padding(PaddingMode::same);
  return {{{3, 1, 28, 28}, {6, 1, 5, 5}, {.padding = same}, {.kernel = 2}},
          {{3, 6, 14, 14}, {16, 6, 5, 5}, {}, {.kernel = 2}},
          {{2, 1, 12, 12}, {64, 1, 3, 3}, {.padding = same}, {.kernel = 2}},
          {{2, 3, 11, 13}, {16, 3, 3, 3}, {}, {.kernel = 2}, false},
          {{1, 8, 9, 7}, {5, 8, 3, 3}, {.padding = same}, {.kernel = 2}, true, false}};
}

/// Weights' and bias's gradients of Σ pooled² over two of one function, and the pooled image.
Tensors outputs(const Case& c, const Tensor& x, const Tensor& w, const Tensor& b) {
  const Tensor plane = conv2d(x, w, c.bias ? b : Tensor(), c.conv);
  const Tensor pooled = max_pool2d(c.relu ? relu(plane) : plane, c.pool);
  Tensors wanted = {w};
  if (c.bias) wanted.push_back(b);
  Tensors all = grad(sum(square(pooled)), wanted);
  all.push_back(pooled);
  return all;
}

TEST(ConvPool, IsOneStepInBothDirectionsWithTheNumbersOfTwo) {
  for (const Case& c : cases()) {
    SCOPED_TRACE(c.x.to_string() + " by " + c.w.to_string());
    random::seed(3);
    const Tensor x = random::normal(c.x), w = random::normal(c.w), b = random::normal({c.w[0]});
    const auto joined = compile([&](const Tensor& image, const Tensor& weights, const Tensor& bias) {
      return outputs(c, image, weights, bias);
    });
    const std::string text = joined.explain(x, w, b);
    EXPECT_NE(text.find("conv_pool [conv, pooled"), std::string::npos) << text;
    EXPECT_NE(text.find("conv_pool_backward_weights [conv backward weights, pooled"), std::string::npos)
        << text;
    const auto wide = compile([&](const Tensor& image, const Tensor& weights, const Tensor& bias) {
      return outputs(c, image, weights, bias);
    });
    const Tensors got = joined(x, w, b), expected = wide(cast(x, f64), cast(w, f64), cast(b, f64));
    ASSERT_EQ(got.size(), expected.size());
    for (std::size_t k = 0; k < got.size(); ++k) {
      const double scale = max(abs(expected[k])).item<double>();
      EXPECT_LT(max(abs(cast(got[k], f64) - expected[k])).item<double>(), 1e-5 * scale) << k;
    }
  }
}

TEST(ConvPool, StaysTwoStepsWhereTheImageBetweenIsRead) {
  const Tensor x = zeros({2, 1, 12, 12}), w = zeros({16, 1, 3, 3});
  const auto both = compile([](const Tensor& image, const Tensor& weights) {
    const Tensor plane = conv2d(image, weights);
    return Tensors{max_pool2d(plane, {.kernel = 2}), plane};
  });
  EXPECT_EQ(both.explain(x, w).find("conv_pool"), std::string::npos);
}

TEST(ConvPool, BiasAloneIsTrained) {
  random::seed(4);
  const Tensor x = random::normal({2, 1, 12, 12}), w = random::normal({16, 1, 3, 3}),
               b = random::normal({16});
  const auto of_bias = [](const Tensor& image, const Tensor& weights, const Tensor& bias) {
    return grad(sum(square(max_pool2d(conv2d(image, weights, bias), {.kernel = 2}))), Tensors{bias})[0];
  };
  const auto joined = compile(of_bias), wide = compile(of_bias);
  const Tensor got = joined(x, w, b), expected = wide(cast(x, f64), cast(w, f64), cast(b, f64));
  EXPECT_LT(max(abs(cast(got, f64) - expected)).item<double>(), 1e-5 * max(abs(expected)).item<double>());
}

TEST(ConvPool, OtherWindowsStayTwoSteps) {
  const Tensor x = zeros({2, 1, 12, 12}), w = zeros({16, 1, 3, 3});
  for (const PoolOptions& options :
       {PoolOptions{.kernel = 3, .stride = 2}, PoolOptions{.kernel = 2, .stride = 1},
        PoolOptions{.kernel = 2, .padding = Padding(1)}}) {
    const auto pooled = compile([&](const Tensor& image, const Tensor& weights) {
      return max_pool2d(conv2d(image, weights), options);
    });
    EXPECT_EQ(pooled.explain(x, w).find("conv_pool"), std::string::npos);
  }
}

TEST(ConvPool, ManyChannelsAreLeftToOtherKernels) {
  const Tensor x = zeros({2, 32, 12, 12}), w = zeros({16, 32, 3, 3});
  const auto wide = compile([](const Tensor& image, const Tensor& weights) {
    return max_pool2d(conv2d(image, weights), {.kernel = 2});
  });
  EXPECT_EQ(wide.explain(x, w).find("conv_pool"), std::string::npos);
}

}  // namespace
}  // namespace luge::testing
