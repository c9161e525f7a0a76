// grad: seeds, second derivatives, stops, checkpoints and gradients of one's own.
#include <gtest/gtest.h>

#include <cmath>

#include "luge/luge.h"
#include "support/errors.h"

namespace luge {
namespace {

using testing::expect_error;

Tensor values(std::vector<double> elements) {
  const auto count = static_cast<std::int64_t>(elements.size());
  return tensor(elements, {count});
}

TEST(Grad, TakesASeedForARootThatIsNoScalar) {
  const Tensor x = values({1, 2, 3});
  const Tensor g = grad(square(x), x, {.seed = values({1, 10, 100})});
  EXPECT_EQ(g.to_vector<double>(), (std::vector<double>{2, 40, 600}));
  expect_error<ShapeError>([&] { grad(square(x), x, {.seed = values({1, 2})}); }, {"[3]", "[2]"});
  expect_error<DTypeError>([&] { grad(square(x), x, {.seed = zeros({3}, f16)}); }, {"f16", "cast"});
  expect_error<ShapeError>(
      [&] {
        grad(square(x), x, {.seed = tensor({1.f, 1.f, 1.f}, {3})});
      },
      {"f32", "f64"});
}

TEST(Grad, DifferentiatesAgain) {
  const Tensor x = values({0.5, 1.5});
  const Tensor first = grad(sum(x * x * x), x);
  const Tensor second = grad(sum(first), x);
  const Tensor third = grad(sum(second), x);
  EXPECT_EQ(first.to_vector<double>(), (std::vector<double>{0.75, 6.75}));
  EXPECT_EQ(second.to_vector<double>(), (std::vector<double>{3, 9}));
  EXPECT_EQ(third.to_vector<double>(), (std::vector<double>{6, 6}));
}

TEST(Grad, OfATargetInTheMiddleAndAtTheEnd) {
  const Tensor x = values({2});
  const Tensor y = x * 3, z = y * y;
  const Tensors g = grad(sum(z), {x, y, z});
  EXPECT_EQ(g[0].item<double>(), 36);
  EXPECT_EQ(g[1].item<double>(), 12);
  EXPECT_EQ(g[2].item<double>(), 1);
}

TEST(Grad, ATensorUsedTwiceGetsBothParts) {
  const Tensor x = values({3});
  EXPECT_EQ(grad(sum(x * x + x), x).item<double>(), 7);
  const Tensor both =
      softmax_cross_entropy(unsqueeze(x, 0) * tensor({1.0, 2.0}, {1, 2}), tensor({std::int64_t{0}}, {1}));
  const double p = std::exp(6.0) / (std::exp(3.0) + std::exp(6.0));
  EXPECT_NEAR(grad(sum(both), x).item<double>(), p, 1e-12);
}

TEST(Grad, StopsWhereTold) {
  const Tensor x = values({3});
  EXPECT_EQ(grad(sum(x * stop_gradient(x)), x).item<double>(), 3);
  expect_error<GraphError>([&] { grad(sum(stop_gradient(x)), x); }, {"does not depend"});
}

TEST(Grad, SecondDerivativeThroughAResidualOutput) {
  // softmax_cross_entropy's gradient reads its residual; the second derivative goes through the
  // decomposition.
  const Tensor logits = tensor({0.1, 0.7, -0.3}, {1, 3});
  const Tensor label = tensor({std::int64_t{1}}, {1});
  const Tensor first = grad(sum(softmax_cross_entropy(logits, label)), logits);
  const Tensor second = grad(sum(square(first)), logits);
  // d/dz Σ(p - y)² = 2 Σ_i (p_i - y_i) p_i (δ_ik - p_k)
  std::vector<double> p(3), expected(3);
  const std::vector<double> z = {0.1, 0.7, -0.3};
  double total = 0;
  for (double v : z) total += std::exp(v);
  for (int i = 0; i < 3; ++i) p[i] = std::exp(z[i]) / total;
  for (int k = 0; k < 3; ++k) {
    for (int i = 0; i < 3; ++i) expected[k] += 2 * (p[i] - (i == 1)) * p[i] * ((i == k) - p[k]);
  }
  const auto got = second.to_vector<double>();
  for (int k = 0; k < 3; ++k) EXPECT_NEAR(got[k], expected[k], 1e-12);
}

TEST(Grad, CustomGradientIsWhatItSays) {
  const Tensor x = values({-1, 2});
  const auto clipped = custom_gradient(
      [](const Tensors& in) { return Tensors{maximum(in[0], 0)}; },
      [](const Tensors&, const Tensors&, const Tensors& g) { return Tensors{g[0] * 5}; }, {x});
  EXPECT_EQ(clipped[0].to_vector<double>(), (std::vector<double>{0, 2}));
  const auto again = custom_gradient(
      [](const Tensors& in) { return Tensors{maximum(in[0], 0)}; },
      [](const Tensors&, const Tensors&, const Tensors& g) { return Tensors{g[0] * 5}; }, {x});
  EXPECT_EQ(grad(sum(again[0]), x).to_vector<double>(), (std::vector<double>{5, 5}));
}

TEST(Grad, CheckpointKeepsLessAndGivesTheSame) {
  Variable w(full({64, 64}, 0.01), "w");
  const Tensor x = full({64, 64}, 0.5);
  const auto block = [&](const Tensors& in) {
    Tensor h = in[0];
    for (int i = 0; i < 6; ++i) h = tanh(matmul(h, w));
    return Tensors{h};
  };
  auto plain = compile([&](Tensor in) { return grad(sum(block({block({in})[0]})[0]), w); });
  auto lean =
      compile([&](Tensor in) { return grad(sum(checkpoint(block, {checkpoint(block, {in})[0]})[0]), w); });
  const auto a = plain(x).to_vector<float>(), b = lean(x).to_vector<float>();
  for (std::size_t i = 0; i < a.size(); ++i) ASSERT_NEAR(a[i], b[i], 1e-5f);
  EXPECT_LT(lean.plan(x).arena_bytes, plain.plan(x).arena_bytes);
}

TEST(BadInput, C10_AnIntegerTensorHasNoGradient) {
  const Tensor count = tensor({1, 2}, {2});
  expect_error<DTypeError>([&] { grad(sum(values({1, 2})), count); }, {"i32", "floating"});
  expect_error<DTypeError>([&] { grad(sum(count), values({1})); }, {"floating"});
}

}  // namespace
}  // namespace luge
