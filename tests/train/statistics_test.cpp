// Running statistics are state like weights: a step along which one would not be finite is refused, and names
// it.
#include <gtest/gtest.h>

#include <functional>

#include "luge/autodiff.h"
#include "luge/compile.h"
#include "luge/data/sources.h"
#include "luge/loss/loss.h"
#include "luge/nn/linear.h"
#include "luge/nn/load.h"
#include "luge/nn/norm.h"
#include "luge/nn/sequential.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/optim/optimizers.h"
#include "luge/train/trainer.h"
#include "support/errors.h"
#include "support/temp_dir.h"

namespace luge::train {
namespace {

using testing::expect_error;

std::vector<double> values_of(const std::vector<nn::NamedVariable>& variables) {
  std::vector<double> all;
  for (const auto& [name, variable] : variables) {
    const auto own = variable.value().to_vector<double>();
    all.insert(all.end(), own.begin(), own.end());
  }
  return all;
}

// The squares of these overflow; the norm brings the numbers back into range, so that loss and gradients are
// finite.
Tensor wide() { return tensor<float>({1e30f, 2, -1e30f, 3, 5e29f, 5, 1e29f, 7}, {4, 2}); }

TEST(RunningStatistics, ThatAreNotFiniteRefuseTheStep) {
  const testing::TempDir dir;
  const auto written = nn::sequential(nn::BatchNorm(), nn::Linear(2));
  written(zeros({4, 2}));
  written.save(dir.file("net.safetensors"));
  const std::vector<std::pair<std::string, nn::Model>> nets = {
      {"built", nn::sequential(nn::BatchNorm(), nn::Linear(2))},
      {"loaded", nn::load(dir.file("net.safetensors"))}};
  for (const auto& [name, net] : nets) {
    for (const std::int64_t accumulate : {1, 2}) {
      SCOPED_TRACE(name + ", " + std::to_string(accumulate));
      net->set_training(true);
      const auto data = data::tensors(wide(), tensor<std::int64_t>({0, 1, 0, 1}, {4}));
      Trainer trainer(net, loss::SoftmaxCrossEntropy(), optim::Adam(0.01), {.accumulate = accumulate});
      trainer.prepare(data.info());
      const auto buffers = values_of(net->named_buffers()), weights = values_of(net->named_parameters());
      expect_error<NonFiniteError>([&] { trainer.fit(data.batch(4), {.epochs = 2}); },
                                   {"step 1", "batchnorm1.running_var", "inf"});
      EXPECT_EQ(values_of(net->named_buffers()), buffers);
      EXPECT_EQ(values_of(net->named_parameters()), weights);
      EXPECT_EQ(trainer.optimizer().steps(), 0);
    }
  }
}

TEST(RunningStatistics, OfAFunctionOfOnesOwnAreLookedAtToo) {
  const auto net = nn::sequential(nn::BatchNorm(), nn::Linear(2));
  net.build({2});
  const auto before = values_of(net.named_buffers());
  for (const bool checks : {true, false}) {
    optim::Adam adam(0.01, {}, {.check_finite = checks});
    const auto step = compile([&](const Tensor& x) {
      const Tensor cost = mean(square(net(x)));
      adam.step(net.named_parameters(), grad(cost, net.parameters()));
      return cost;
    });
    if (checks) {
      expect_error<NonFiniteError>([&] { step(wide()); }, {"running_var"});
      EXPECT_EQ(values_of(net.named_buffers()), before);
    } else {
      step(wide());
      EXPECT_NE(values_of(net.named_buffers()), before);
    }
  }
}

// A loop of your own that is not compiled has moved the statistics when the step is refused.
TEST(RunningStatistics, OfAnEagerStepThatIsRefusedAreTakenBack) {
  const auto net = nn::sequential(nn::BatchNorm(), nn::Linear(2));
  net.build({2});
  const Tensor x = tensor<float>({1, 2, 3, 4, 5, 7, 8, 9}, {4, 2});
  const auto all = [&] {
    auto values = values_of(net.named_parameters());
    for (const double each : values_of(net.named_buffers())) values.push_back(each);
    return values;
  };
  const optim::Adam adam(0.01);
  const auto step = [&](const Tensor& inputs, bool sound) {
    const Tensor y = net(inputs), cost = sound ? mean(square(y)) : mean(log(y * 0));
    adam.step(net.named_parameters(), grad(cost, net.parameters()));
  };
  const auto before = all();
  step(x, true);
  EXPECT_NE(all(), before);
  net(x + 5);  // not of the step: it stays
  auto now = all();
  expect_error<NonFiniteError>([&] { step(x, false); }, {"gradient"});
  EXPECT_EQ(all(), now);
  expect_error<NonFiniteError>([&] { step(wide(), true); }, {"running_var"});
  EXPECT_EQ(all(), now);
  EXPECT_EQ(adam.steps(), 1);
  step(x, true);
  EXPECT_NE(all(), now);
  EXPECT_EQ(adam.steps(), 2);

  // Of several batches of one update, the refused one.
  const optim::Adam together(0.01);
  together.accumulate_gradients();
  const auto gather = [&](bool sound) {
    const Tensor y = net(x), cost = sound ? mean(square(y)) : mean(log(y * 0));
    together.accumulate(net.named_parameters(), grad(cost, net.parameters()));
  };
  gather(true);
  now = all();
  expect_error<NonFiniteError>([&] { gather(false); }, {"gradient"});
  EXPECT_EQ(all(), now);

  // Two calls of one network within a step: what was before the first.
  expect_error<NonFiniteError>(
      [&] {
        const Tensor cost = mean(log(net(x) * 0)) + mean(square(net(x + 1)));
        adam.step(net.named_parameters(), grad(cost, net.parameters()));
      },
      {"gradient"});
  EXPECT_EQ(all(), now);
}

}  // namespace
}  // namespace luge::train
