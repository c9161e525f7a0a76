#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "compile/pipeline.h"
#include "luge/compile.h"
#include "luge/ops/linalg.h"
#include "luge/ops/math.h"
#include "luge/ops/nn.h"
#include "luge/ops/random.h"

namespace luge::testing {
namespace {

using compiler::Graph;

compiler::Options on_cpu() {
  compiler::Options options;
  options.backend = &cpu_backend();
  return options;
}

bool joins(const Graph& graph) {
  const Graph joined = compiler::run_pass("conv_leaky_relu", graph, on_cpu());
  compiler::verify(joined);
  for (const Node* node : topological(joined.roots)) {
    if (node->op && node->op->name() == "conv+leaky_relu") return true;
  }
  return false;
}

TEST(ConvLeakyRelu, AfterAConvolutionThatNobodyElseReads) {
  const Tensor x = argument_leaf({f32, {1, 3, 9, 9}}, "x"), w = argument_leaf({f32, {5, 3, 3, 3}}, "w");
  const Tensor y = conv2d(x, w);
  EXPECT_TRUE(joins({{x, w}, {leaky_relu(y, 0.2)}, {-1}}));
  EXPECT_FALSE(joins({{x, w}, {leaky_relu(y, 0.2), y}, {-1, -1}}));
  EXPECT_FALSE(joins({{x, w}, {leaky_relu(y, -0.2)}, {-1}}));
  EXPECT_FALSE(joins({{x, w}, {leaky_relu(y, 1.5)}, {-1}}));
  EXPECT_FALSE(joins({{x}, {leaky_relu(x, 0.2)}, {-1}}));
}

TEST(ConvLeakyRelu, SameNumbersAsApart) {
  random::seed(3);
  for (const Shape& shape : {Shape{2, 3, 12, 12}, Shape{1, 32, 9, 7}, Shape{3, 32, 28, 28}}) {
    const Tensor x = random::normal(shape), w = random::normal({20, shape[1], 3, 3});
    const auto both = compile([](const Tensor& a, const Tensor& b) { return leaky_relu(conv2d(a, b), 0.1); });
    Tensor apart = conv2d(x, w);
    eval({apart});
    const std::vector<double> wanted = cast(leaky_relu(apart, 0.1), f64).to_vector<double>(),
                              found = cast(both(x, w), f64).to_vector<double>();
    for (std::size_t k = 0; k < wanted.size(); ++k)
      ASSERT_NEAR(found[k], wanted[k], 2e-4) << "at " << k << " of " << shape.to_string();
  }
}

TEST(ConvLeakyRelu, KeepsWhatIsNotANumberOrInfinite) {
  const float infinite = std::numeric_limits<float>::infinity();
  for (const std::int64_t channels : {2, 32}) {
    std::vector<float> values(static_cast<std::size_t>(channels) * 64, 0.0f);
    values[9] = infinite;
    values[40] = NAN;
    const Tensor x = tensor(values, {1, channels, 8, 8}), w = full({32, channels, 1, 1}, 1.0f);
    const auto y = compile([&](const Tensor& in) { return leaky_relu(conv2d(in, w), 0.1); })(x);
    const std::vector<float> found = y.to_vector<float>();
    EXPECT_EQ(found[9], infinite);
    EXPECT_TRUE(std::isnan(found[40]));
    EXPECT_EQ(found[0], 0.0f);
  }
}

}  // namespace
}  // namespace luge::testing
