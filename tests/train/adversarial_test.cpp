// A generator and its critic on two rings of points: two optimizers, several critic steps for one of the
// generator, a gradient penalty, and a training that goes on bit for bit.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "luge/autodiff.h"
#include "luge/data/sources.h"
#include "luge/nn/activation.h"
#include "luge/nn/linear.h"
#include "luge/nn/load.h"
#include "luge/nn/sequential.h"
#include "luge/ops/math.h"
#include "luge/ops/random.h"
#include "luge/ops/reduce.h"
#include "luge/optim/optimizers.h"
#include "luge/random.h"
#include "luge/train/callbacks.h"
#include "luge/train/trainer.h"
#include "support/temp_dir.h"

namespace luge::train {
namespace {

using testing::read_file;
using testing::TempDir;

// Points on rings of radius 1 and 2.
data::Dataset rings(std::int64_t count) {
  std::vector<float> points;
  for (std::int64_t i = 0; i < count; ++i) {
    const double angle = 2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(count),
                 radius = i % 2 == 0 ? 1 : 2;
    points.push_back(static_cast<float>(radius * std::cos(angle)));
    points.push_back(static_cast<float>(radius * std::sin(angle)));
  }
  return data::tensors(tensor(points, {count, 2}));
}

struct Gan : nn::Module {
  nn::Sequential generator = child(
      "generator", nn::sequential(nn::Linear(96), nn::Relu(), nn::Linear(96), nn::Relu(), nn::Linear(2)));
  nn::Sequential critic =
      child("critic", nn::sequential(nn::Linear(96), nn::Tanh(), nn::Linear(96), nn::Tanh(), nn::Linear(1)));
  std::vector<std::string> input_names() const override { return {"noise"}; }
  Tensor forward(const Tensor& noise) const override { return generator(noise); }
};

// Wasserstein losses with a gradient penalty. Source: Gulrajani et al. 2017.
struct Rings final : Task {
  explicit Rings(const Gan& gan) : gan(gan) {}
  std::string name() const override { return "rings"; }
  std::vector<Objective> objectives(const nn::Model&) const override {
    const Gan net = gan;
    const auto fake = [](const Pass& pass) {
      return pass.net()(random::normal({pass["input"].extent(0), 4}));
    };
    return {{.name = "critic",
             .loss =
                 [net, fake](const Pass& pass) {
                   const Tensor real = pass["input"], made = stop_gradient(fake(pass));
                   const Tensor share = random::uniform({real.extent(0), 1});
                   const Tensor between = real * share + made * (1 - share);
                   const Tensor slope = grad(sum(net.critic(between)), between);
                   const Tensor norm = sqrt(sum(square(slope), 1) + 1e-12);
                   return LossTerm::mean(net.critic(made).reshape({real.extent(0)}) -
                                         net.critic(real).reshape({real.extent(0)}) + 2.0 * square(norm - 1));
                 },
             .parameters = {"critic.*"}},
            {.name = "generator",
             .loss = [net, fake](const Pass& pass) { return LossTerm::mean(-net.critic(fake(pass))); },
             .parameters = {"generator.*"},
             .every = 4}};
  }
  Gan gan;
};

Trainer make_trainer() {
  random::seed(4);
  const Gan net;
  Trainer trainer(net, std::make_shared<Rings>(net),
                  {{"critic", optim::Adam(1e-3, {.beta1 = 0.5, .beta2 = 0.9})},
                   {"generator", optim::Adam(5e-4, {.beta1 = 0.5, .beta2 = 0.9})}});
  trainer.prepare(rings(2).info());
  return trainer;
}

TEST(Adversarial, ResumesBitForBitWithTheStateOfBothOptimizers) {
  const TempDir dir;
  const auto batches = rings(96).shuffle({.seed = 2}).batch(16);
  Trainer straight = make_trainer();
  straight.fit(batches, {.epochs = 3});
  straight.save(dir.file("straight"));
  EXPECT_EQ(straight.optimizer("critic").steps(), 18);
  EXPECT_EQ(straight.optimizer("generator").steps(), 4);
  for (const std::int64_t stop : {1, 4, 6, 11}) {
    std::int64_t steps = 0;
    Trainer first = make_trainer();
    first.fit(batches, {.epochs = 3, .callbacks = {stop_when([&] { return ++steps == stop; }, "test")}});
    first.save(dir.file("part"));
    random::seed(99);
    Trainer second = make_trainer();
    second.restore(dir.file("part"));
    second.fit(batches, {.epochs = 3});
    second.save(dir.file("whole"));
    EXPECT_TRUE(read_file(dir.file("whole")) == read_file(dir.file("straight"))) << stop;
  }
}

TEST(Adversarial, TheFileHoldsTheGeneratorAsTheNetworkThatIsCalled) {
  const TempDir dir;
  Trainer trainer = make_trainer();
  trainer.fit(rings(32).batch(16));
  trainer.save(dir.file("gan.safetensors"));
  const nn::Loaded loaded = nn::load(dir.file("gan.safetensors"));
  const Tensor noise = random::normal({5, 4});
  EXPECT_EQ(loaded(noise).to_vector<float>(), trainer.net()(noise).to_vector<float>());
}

// Trained to the end: points lie near the rings, and near both of them.
TEST(SlowAdversarial, TheGeneratorLearnsBothRings) {
  Trainer trainer = make_trainer();
  trainer.fit(rings(512).shuffle({.seed = 2}).batch(128), {.epochs = 8000});
  const Tensor points = trainer.net()(random::normal({1000, 4}));
  const std::vector<float> radius = sqrt(sum(square(points), 1)).to_vector<float>();
  int near = 0, inner = 0;
  for (const float r : radius) {
    near += std::abs(r - 1) < 0.3 || std::abs(r - 2) < 0.3;
    inner += r < 1.5;
  }
  std::printf("%d of 1000 points are near a ring, %d of them inside radius 1.5\n", near, inner);
  EXPECT_GT(near, 850);
  EXPECT_GT(inner, 250);
  EXPECT_LT(inner, 750);
}

}  // namespace
}  // namespace luge::train
