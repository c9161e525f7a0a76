// What evaluation lets go of, and what a gradient taken afterwards still finds.
#include <gtest/gtest.h>

#include <cmath>

#include "graph/node.h"
#include "luge/autodiff.h"
#include "luge/compile.h"
#include "luge/luge.h"
#include "runtime/settings.h"

namespace luge {
namespace {

Tensor values(std::vector<float> elements) {
  const auto count = static_cast<std::int64_t>(elements.size());
  return tensor(elements, {count});
}

/// A scalar loss of a trainable Variable and of data that wants no gradient.
struct Case {
  std::string name;
  std::function<Tensor(const Tensor& w, const Tensor& x)> loss;
};

const std::vector<Case>& cases() {
  static const std::vector<Case> list = {
      {"product", [](const Tensor& w, const Tensor& x) { return sum(w * exp(x * 0.1)); }},
      {"quotient", [](const Tensor& w, const Tensor& x) { return sum(w / (1 + square(x))); }},
      {"select",
       [](const Tensor& w, const Tensor& x) { return sum(where(greater(x * 2, 1), square(w), -w)); }},
      {"matmul",
       [](const Tensor& w, const Tensor& x) {
         return sum(square(matmul(tanh(reshape(x, {2, 2})), reshape(w, {2, 2}))));
       }},
      {"power", [](const Tensor& w, const Tensor& x) { return sum(pow(square(w) + 1, x - 1)); }},
      {"target",
       [](const Tensor& w, const Tensor& x) {
         return mean(softmax_cross_entropy(reshape(w, {2, 2}), softmax(reshape(x * 3, {2, 2}))));
       }},
      {"random", [](const Tensor& w, const Tensor& x) { return sum(w * dropout(x, 0.5)); }},
      {"shared",
       [](const Tensor& w, const Tensor& x) {
         const Tensor scale = exp(x);
         return sum(w * scale) * sum(square(w) * (scale + 1));
       }},
      {"sorted",
       [](const Tensor& w, const Tensor& x) {
         return sum(gather(w, argmax(reshape(x + 1, {2, 2}), 1), 0));
       }},
      {"checkpoint",
       [](const Tensor& w, const Tensor& x) {
         return checkpoint([&](const Tensors& in) { return Tensors{sum(in[0] * exp(x * 0.1))}; }, {w})[0];
       }},
      {"checkpointed input",
       [](const Tensor& w, const Tensor& x) {
         return checkpoint([](const Tensors& in) { return Tensors{sum(in[0] * sin(in[1] * 2))}; },
                           {w, x + 1})[0];
       }},
      {"custom gradient",
       [](const Tensor& w, const Tensor& x) {
         const auto forward = [](const Tensors& in) { return Tensors{in[0] * in[1]}; };
         const auto backward = [](const Tensors& in, const Tensors&, const Tensors& g) {
           return Tensors{g[0] * in[1], g[0] * in[0]};
         };
         return sum(custom_gradient(forward, backward, {w, exp(x)})[0]);
       }},
      {"norm",
       [](const Tensor& w, const Tensor& x) {
         return sum(square(layer_norm(reshape(x * 2, {2, 2}), ones({2}), zeros({2}))) * reshape(w, {2, 2}));
       }},
  };
  return list;
}

TEST(LetGo, AGradientAfterReadingTheLossIsTheSame) {
  for (const Case& each : cases()) {
    SCOPED_TRACE(each.name);
    random::seed(3);
    const Variable w(values({1, -2, 3, 0.5}), "w");
    const Tensor x = values({0.3f, -1, 2, 0.1f});
    const random::State start = random::state();
    const auto expected = grad(each.loss(w, x), w).to_vector<float>();
    random::set_state(start);
    const Tensor loss = each.loss(w, x);
    const float value = loss.item<float>();
    for (int again = 0; again < 2; ++again) {  // what the first gradient evaluates, the second still needs
      EXPECT_EQ(grad(loss, w).to_vector<float>(), expected);
      EXPECT_EQ((loss * 1).item<float>(), value);
    }
    const Tensor further = square(loss) + loss;
    further.item<float>();
    const auto chained = grad(further, w).to_vector<float>();
    for (std::size_t i = 0; i < chained.size(); ++i)
      EXPECT_NEAR(chained[i], (2 * value + 1) * expected[i], 1e-4f * (1 + std::abs(chained[i])));
  }
}

// What is computed again for the gradient may be rounded in another way than what was read: it must not be
// looked for among it.
TEST(LetGo, TheLargestAndSmallestOfWhatIsRoundedAgainHaveTheirGradient) {
  struct Narrow {
    Narrow() { set_precision(Precision::bf16), set_always_bf16(true); }
    ~Narrow() { set_precision(Precision::f32), set_always_bf16(false); }
  } narrow;
  const auto one = [](float value) { return values({value}); };
  for (const auto& extreme : {max, min}) {
    for (const float slope : {0.3f, 0.7f, 1.1f, 1.3f}) {
      const Variable x(tensor(std::vector<float>{0.1f, -0.4f, 0.9f, 0.31f}, {4, 1, 1, 1}), "x");
      const Tensor w = tensor(std::vector<float>{slope}, {1, 1, 1, 1});
      const Tensor found =
          extreme(batch_norm_inference(conv2d(x, w), one(0.77f), one(0.013f), one(0.1f), one(2), 1e-3),
                  Axes(), Keep::no);
      found.item<float>();
      double total = 0;
      for (float element : grad(found, x).to_vector<float>()) total += element;
      EXPECT_NEAR(total, 0.77 / std::sqrt(2.001) * slope, 0.01);
    }
  }
}

TEST(LetGo, ASecondGradientAfterReadingTheFirst) {
  const Variable w(values({1, 2}), "w");
  const Tensor x = values({0.5f, -1});
  const Tensor loss = sum(pow(w, 3.0) * exp(x * 0.1));
  loss.item<float>();
  const Tensor first = grad(loss, w);
  first.to_vector<float>();
  const auto second = grad(sum(first), w).to_vector<float>();
  EXPECT_FLOAT_EQ(second[0], 6 * std::exp(0.05f));
  EXPECT_FLOAT_EQ(second[1], 12 * std::exp(-0.1f));
}

TEST(LetGo, AnUnusedTargetGetsZerosThoughDataWasLetGo) {
  const Variable w(values({1, 2}), "w"), other(values({5}), "other");
  const Tensor loss = sum(w * exp(values({0, 0})));
  loss.item<float>();
  const Tensors g = grad(loss, std::vector<Variable>{w, other}, {.allow_unused = true});
  EXPECT_EQ(g[0].to_vector<float>(), (std::vector<float>{1, 1}));
  EXPECT_EQ(g[1].to_vector<float>(), (std::vector<float>{0}));
}

TEST(LetGo, OneGraphOfTwoLossesServesBoth) {
  Variable v(values({1, 2}), "v"), w(values({3, 4}), "w");
  const Tensor x = values({0.5f, -1});
  const Tensor scale = exp(x * 0.1) + 1;
  const Tensor first = sum(v * scale), second = sum(square(w) * sqrt(scale));
  optim::GradientDescent sgd(0.1);
  sgd.step(std::vector<Variable>{v}, grad(first, std::vector<Variable>{v}));  // lets go of all it evaluated
  const auto g = grad(second, w).to_vector<float>();
  EXPECT_FLOAT_EQ(g[0], 6 * std::sqrt(std::exp(0.05f) + 1));
  EXPECT_FLOAT_EQ(g[1], 8 * std::sqrt(std::exp(-0.1f) + 1));
}

// Nodes that can be reached from a tensor.
std::size_t graph_size(const Tensor& tensor) {
  const Tensor roots[] = {tensor};
  return topological(roots).size();
}

TEST(LetGo, AMetricThatIsReadAtEveryStepDoesNotGrow) {
  Variable w(values({1, 2}), "w");
  optim::GradientDescent sgd(1e-3);
  Tensor total = scalar(0, f32);
  for (int step = 0; step < 200; ++step) {
    const Tensor x = values({0.5f, static_cast<float>(step)});
    const Tensor loss = sum(square(w * exp(x * -0.1)));
    total = total + loss;
    total.item<float>();
    sgd.step(std::vector<Variable>{w}, grad(loss, std::vector<Variable>{w}));
    ASSERT_LE(graph_size(total), 100u) << step;
  }
}

TEST(LetGo, AStateCarriedOverStepsDoesNotGrow) {
  const Variable w(values({1, 2}), "w");
  Tensor x = values({0.5f, -1});
  for (int step = 0; step < 200; ++step) {
    x = tanh(x * 0.9 + 0.1);
    const Tensor loss = sum(w * exp(x));
    loss.item<float>();
    grad(loss, w).to_vector<float>();
    ASSERT_LE(graph_size(loss), 100u) << step;
  }
}

}  // namespace
}  // namespace luge
