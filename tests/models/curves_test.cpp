// Whole training curves: math = fast beside strict, and the same run twice.
#include <gtest/gtest.h>

#include "luge/luge.h"

namespace luge::testing {
namespace {

/// Restores the setting whatever happens.
struct With {
  explicit With(Math mode) { set_math(mode); }
  ~With() { set_math(Math::fast); }
};

struct Batch {
  Tensor images, labels;
};

/// Ten classes of pictures, each a pattern of its own under noise.
std::vector<Batch> batches(const Shape& image, std::int64_t rows) {
  random::seed(11);
  const Tensor patterns = random::normal(image.inserted(0, 10));
  std::vector<Batch> all;
  for (std::int64_t b = 0; b < 8; ++b) {
    std::vector<std::int64_t> labels;
    for (std::int64_t i = 0; i < rows; ++i) labels.push_back((7 * i + 3 * b) % 10);
    const Tensor y = tensor(labels, {rows});
    const Tensor x = take(patterns, y, 0) + 1.5 * random::normal(image.inserted(0, rows));
    all.push_back({x, y});
  }
  return all;
}

std::vector<float> losses(const std::string& model, const Shape& image, std::int64_t rows, int steps,
                          Math mode) {
  const With math(mode);
  const std::vector<Batch> data = batches(image, rows);
  random::seed(1);
  const nn::Model net = models::make(model, 10);
  net->build(image);
  const optim::Momentum optimizer(0.01);
  const Variables parameters = net->parameters();
  auto step = compile([&](const Tensor& x, const Tensor& y) {
    const Tensor loss = mean(softmax_cross_entropy((*net)(x), y));
    optimizer.step(parameters, grad(loss, parameters));
    return loss;
  });
  std::vector<float> curve;
  for (int i = 0; i < steps; ++i) {
    const Batch& batch = data[static_cast<std::size_t>(i) % data.size()];
    curve.push_back(step(batch.images, batch.labels).item<float>());
  }
  return curve;
}

float mean_of(const std::vector<float>& curve, std::size_t first, std::size_t last) {
  float sum = 0;
  for (std::size_t i = first; i < last; ++i) sum += curve[i];
  return sum / static_cast<float>(last - first);
}

void compare(const std::string& model, const Shape& image, std::int64_t rows) {
  const auto fast = losses(model, image, rows, 200, Math::fast);
  const auto strict = losses(model, image, rows, 200, Math::strict);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(fast[i], strict[i], 1e-3 * strict[i]) << "step " << i;
  // Rounding is amplified from step to step by any network: what must agree is how it learns.
  for (std::size_t i = 0; i < 200; i += 40) {
    const float wanted = mean_of(strict, i, i + 40);
    EXPECT_NEAR(mean_of(fast, i, i + 40), wanted, 0.02 + 0.1 * wanted) << "steps from " << i;
  }
  EXPECT_LT(mean_of(fast, 160, 200), 0.3 * fast[0]) << "it learns";
}

TEST(Curves, LenetLearnsFastAsStrict) { compare("lenet5", {1, 28, 28}, 32); }

TEST(Curves, RunsRepeatByteForByte) {
  EXPECT_EQ(losses("lenet5", {1, 28, 28}, 32, 20, Math::fast),
            losses("lenet5", {1, 28, 28}, 32, 20, Math::fast));
  EXPECT_EQ(losses("resnet18-cifar", {3, 16, 16}, 4, 3, Math::fast),
            losses("resnet18-cifar", {3, 16, 16}, 4, 3, Math::fast));
}

TEST(SlowCurves, Resnet18LearnsFastAsStrict) { compare("resnet18-cifar", {3, 32, 32}, 8); }

}  // namespace
}  // namespace luge::testing
