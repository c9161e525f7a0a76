// A compiled training step beside the reference loops: the loss, and every parameter after it. Over norms
// that are frozen, that stand first, that are computed again.
#include <gtest/gtest.h>

#include <functional>

#include "luge/autodiff.h"
#include "luge/compile.h"
#include "luge/nn/activation.h"
#include "luge/nn/conv.h"
#include "luge/nn/flatten.h"
#include "luge/nn/linear.h"
#include "luge/nn/norm.h"
#include "luge/nn/pool.h"
#include "luge/nn/sequential.h"
#include "luge/ops/math.h"
#include "luge/ops/nn.h"
#include "luge/ops/random.h"
#include "luge/ops/reduce.h"
#include "luge/optim/optimizers.h"
#include "luge/random.h"
#include "support/run_graph.h"

namespace luge::nn {
namespace {

using testing::distance;
using testing::numbers;
using testing::run_graph;
using testing::Value;
using testing::value_of;

constexpr double rate = 0.1;

void expect_right_step(const Module& net, const std::function<Tensor(const Tensor&)>& forward,
                       bool training) {
  random::seed(7);
  const Tensor x = random::normal({6, 3, 13, 13});
  const Tensor labels = tensor(std::vector<std::int64_t>{0, 1, 2, 3, 4, 9}, {6});
  net.build({3, 13, 13});
  for (const auto& [name, variable] : net.named_buffers()) {
    Variable(variable).assign(random::uniform(variable.shape(), 0.3, 1.2));
  }
  net.set_training(training);
  for (const auto& [name, variable] : net.named_parameters()) {
    if (variable.shape().rank() == 1) Variable(variable).assign(random::uniform(variable.shape(), 0.3, 1.2));
  }
  const Variables parameters = net.parameters();
  const auto loss_of = [&](const Tensor& in) { return mean(softmax_cross_entropy(forward(in), labels)); };

  Tensors leaves, roots;
  std::vector<Value> values;
  const auto bind = [&](const Tensor& leaf) {
    leaves.push_back(leaf);
    values.push_back(value_of(leaf));
  };
  for (const Variable& variable : parameters) bind(variable.value());
  for (const auto& [name, variable] : net.named_buffers()) bind(variable.value());
  const Tensor loss = loss_of(x);
  roots = grad(loss, parameters);
  roots.push_back(loss);
  const std::vector<Value> right = run_graph(roots, leaves, values, {.disabled = {"prepack"}});

  optim::GradientDescent sgd(rate);
  const auto step = compile([&](Tensor in) {
    const Tensor cost = loss_of(in);
    sgd.step(parameters, grad(cost, parameters));
    return cost;
  });
  EXPECT_LE(distance(numbers(value_of(step(x))), numbers(right.back())), 1e-4);
  for (std::size_t k = 0; k < parameters.size(); ++k) {
    std::vector<double> wanted = numbers(values[k]);
    const std::vector<double> gradient = numbers(right[k]);
    for (std::size_t i = 0; i < wanted.size(); ++i) wanted[i] -= rate * gradient[i];
    EXPECT_LE(distance(numbers(value_of(parameters[k].value())), wanted), 1e-4) << parameters[k].name();
  }
}

TEST(OneStep, OverFrozenNorms) {
  const auto net =
      sequential(Conv2d(16), Relu(), Conv2d(8), BatchNorm(), Relu(), GlobalAvgPool(), Linear(10));
  expect_right_step(net, net, false);
}

TEST(OneStep, FromANormAndReluOn) {
  const auto net = sequential(BatchNorm(), Relu(), Flatten(), Linear(10));
  expect_right_step(net, net, true);
}

TEST(OneStep, ThroughNormsAndRelus) {
  const auto net = sequential(Conv2d(16), BatchNorm(), Relu(), Conv2d(8), BatchNorm(), Relu(),
                              GlobalAvgPool(), Linear(10));
  expect_right_step(net, net, true);
}

TEST(OneStep, ThroughWhatIsComputedAgain) {
  const auto front = sequential(BatchNorm(), Relu());
  const auto net = sequential(front, Conv2d(8), BatchNorm(), Relu(), GlobalAvgPool(), Linear(10));
  expect_right_step(
      net,
      [&](const Tensor& x) {
        return checkpoint([&](const Tensors& in) { return Tensors{net(in[0])}; }, {x})[0];
      },
      true);
}

}  // namespace
}  // namespace luge::nn
