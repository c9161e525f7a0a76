// precision = bf16 through the whole line: what a person trains must learn as it does in float32.
#include <gtest/gtest.h>

#include <cmath>

#include "backend/backend.h"
#include "luge/luge.h"
#include "runtime/settings.h"

namespace luge {
namespace {

// Where no kernel multiplies bfloat16, precision = bf16 leaves everything in float32.
bool multiplies_bf16() { return cpu_backend().describe().find("avx512") != std::string::npos; }

// Products are bfloat16 here even where this machine would be faster in float32.
class Bf16 {
 public:
  Bf16() { set_precision(Precision::bf16), set_always_bf16(true); }
  ~Bf16() { set_precision(Precision::f32), set_always_bf16(false); }
};

struct Samples {
  Tensor x, y;
};

// Ten classes of pictures: noise around a pattern of each class.
Samples pictures(std::int64_t count, std::uint64_t seed) {
  random::seed(1);
  const Tensor patterns = random::normal({10, 1, 28, 28});
  random::seed(seed);
  std::vector<std::int64_t> labels;
  for (std::int64_t i = 0; i < count; ++i) labels.push_back((i * 7) % 10);
  const Tensor y = tensor(labels, {count});
  const Tensor x = take(patterns, y) * 0.6 + random::normal({count, 1, 28, 28});
  eval({x, y});
  return {x, y};
}

nn::Model mlp() { return nn::sequential(nn::Flatten(), nn::Linear(64), nn::Relu(), nn::Linear(10)); }
nn::Model lenet() {
  return nn::sequential(nn::Conv2d(6, {.kernel = 5, .padding = nn::same}), nn::Relu(), nn::MaxPool2d(2),
                        nn::Conv2d(16, {.kernel = 5}), nn::Relu(), nn::MaxPool2d(2), nn::Flatten(),
                        nn::Linear(120), nn::Relu(), nn::Linear(84), nn::Relu(), nn::Linear(10));
}

struct Curve {
  std::vector<float> losses;
  std::string program;
};

Curve train(nn::Model (*make)(), const Samples& data, int steps) {
  random::seed(3);
  const nn::Model net = make();
  net->build({1, 28, 28});
  const optim::Adam adam(1e-3);
  const loss::SoftmaxCrossEntropy loss_of;
  const Variables parameters = net->parameters();
  auto step = compile([&](const Tensor& x, const Tensor& y) {
    const Tensor loss = loss_of(net(x), y);
    adam.step(parameters, grad(loss, parameters));
    return loss;
  });
  adam.track(net->named_parameters());
  Curve curve;
  for (int k = 0; k < steps; ++k) curve.losses.push_back(step(data.x, data.y).item<float>());
  curve.program = step.explain(data.x, data.y);
  return curve;
}

float mean_of(const std::vector<float>& values, std::size_t first, std::size_t last) {
  float sum = 0;
  for (std::size_t k = first; k < last; ++k) sum += values[k];
  return sum / static_cast<float>(last - first);
}

void expect_learns_alike(nn::Model (*make)(), int steps) {
  const Samples data = pictures(32, 2);
  const Curve wide = train(make, data, steps);
  const Bf16 scope;
  const Curve narrow = train(make, data, steps);
  const std::size_t n = wide.losses.size();
  EXPECT_LT(mean_of(narrow.losses, n - 5, n), 0.5f * narrow.losses[0]);
  // Products are rounded to 8 bits; the weights that sum the steps are not.
  for (std::size_t k = 0; k < n; ++k)
    EXPECT_NEAR(narrow.losses[k], wide.losses[k], 0.02f + 0.02f * wide.losses[k]) << "step " << k;
  EXPECT_EQ(narrow.program.find("bf16[") != std::string::npos, multiplies_bf16());
  EXPECT_EQ(wide.program.find("bf16["), std::string::npos);
  EXPECT_EQ(narrow.losses != wide.losses, multiplies_bf16());
}

TEST(Precision, AnMlpLearnsInBfloat16AsInFloat32) { expect_learns_alike(mlp, 30); }
TEST(Precision, LeNetLearnsInBfloat16AsInFloat32) { expect_learns_alike(lenet, 30); }

float product_of_a_third() { return multiplies_bf16() ? static_cast<float>(bfloat16(1.0f / 3)) : 1.0f / 3; }

TEST(Precision, AHandleStaysFloat32AndVariablesKeepTheirDigits) {
  const Bf16 scope;
  const Tensor a = tensor(std::vector<float>{1.0f / 3, 1}, {1, 2}),
               b = tensor(std::vector<float>{1, 1}, {2, 1});
  const Tensor y = matmul(a, b);
  EXPECT_EQ(y.dtype(), f32);
  EXPECT_EQ(y.item<float>(), product_of_a_third() + 1);
  Variable w(tensor(std::vector<float>{1.0f / 3}, {1}), "w");
  EXPECT_EQ(w.value().to_vector<float>()[0], 1.0f / 3);
}

TEST(Precision, OneCompiledFunctionServesBoth) {
  const auto product = compile([](const Tensor& a, const Tensor& b) { return matmul(a, b); });
  const Tensor a = tensor(std::vector<float>{1.0f / 3}, {1, 1}), b = ones({1, 1});
  EXPECT_EQ(product(a, b).item<float>(), 1.0f / 3);
  {
    const Bf16 scope;
    EXPECT_EQ(product(a, b).item<float>(), product_of_a_third());
  }
  EXPECT_EQ(product(a, b).item<float>(), 1.0f / 3);
  EXPECT_EQ(product.traces(), 2u);
}

}  // namespace
}  // namespace luge
