// Thin slices of trainings that are not inputs and targets: a Boltzmann machine whose loss is a difference of
// free energies, and a task whose file holds three functions.
#include <gtest/gtest.h>

#include "luge/data/sources.h"
#include "luge/init/init.h"
#include "luge/nn/embedding.h"
#include "luge/nn/linear.h"
#include "luge/nn/load.h"
#include "luge/ops/linalg.h"
#include "luge/ops/math.h"
#include "luge/ops/nn.h"
#include "luge/ops/random.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "luge/optim/optimizers.h"
#include "luge/random.h"
#include "luge/train/callbacks.h"
#include "luge/train/trainer.h"
#include "support/temp_dir.h"

namespace luge::train {
namespace {

using testing::read_file;
using testing::TempDir;

// A restricted Boltzmann machine. Source: Hinton 2002, Tieleman 2008 (persistent chains).
struct Rbm : nn::Module {
  nn::Parameter w = parameter("w", init::normal(0, 0.05)(Shape{6, 4}, f32)), b = parameter("b", zeros({6})),
                c = parameter("c", zeros({4}));
  Tensor energy(const Tensor& v) const {
    return -matmul(v, b.value().unsqueeze(1)).squeeze(1) - sum(softplus(forward(v)), 1);
  }
  Tensor forward(const Tensor& v) const override { return matmul(v, w) + c.value(); }
  Tensor sample(const Tensor& v) const {
    const Tensor h = random::bernoulli(sigmoid(forward(v)));
    return random::bernoulli(sigmoid(matmul(h, transpose(w.value(), 0, 1)) + b.value()));
  }
};

struct Chains final : Task {
  explicit Chains(const Rbm& net) : net(net) {}
  std::string name() const override { return "chains"; }
  std::vector<nn::NamedVariable> state() const override { return {{"chain", chain}}; }
  std::vector<Objective> objectives(const nn::Model&) const override {
    return {{.loss = [net = net, chain = chain](const Pass& pass) mutable {
      const Tensor moved = stop_gradient(net.sample(net.sample(chain.value())));
      chain.assign(moved);
      return LossTerm::mean(net.energy(pass["input"]) - net.energy(moved));
    }}};
  }
  Rbm net;
  Variable chain = Variable(zeros({8, 6}), "chain", {.trainable = false});
};

data::Dataset patterns() {
  std::vector<float> bits;
  for (int i = 0; i < 32; ++i) {
    for (int k = 0; k < 6; ++k) bits.push_back((i % 2 == 0) == (k < 3) ? 1.0f : 0.0f);
  }
  return data::tensors(tensor(bits, {32, 6}));
}

TEST(Slices, ABoltzmannMachineLowersTheEnergyOfItsDataAndResumesItsChains) {
  const TempDir dir;
  const auto make = [](Rbm& net) {
    return Trainer(net, std::make_shared<Chains>(net), optim::GradientDescent(0.1));
  };
  const auto batches = patterns().shuffle({.seed = 1}).batch(8);
  random::seed(2);
  Rbm net;
  Trainer trainer = make(net);
  trainer.fit(batches, {.epochs = 200});
  const Tensor known = patterns().batch(2).begin().operator*().input,
               odd = tensor<float>({1, 0, 1, 0, 1, 0}, {1, 6});
  EXPECT_LT(mean(net.energy(known)).item<float>() + 1, net.energy(odd).item<float>());
  trainer.save(dir.file("straight"));
  std::int64_t steps = 0;
  random::seed(2);
  Rbm part;
  Trainer first = make(part);
  first.fit(batches, {.epochs = 200, .callbacks = {stop_when([&] { return ++steps == 333; }, "test")}});
  first.save(dir.file("part"));
  Rbm rest;
  Trainer second = make(rest);
  second.prepare(patterns().info());
  second.restore(dir.file("part"));
  second.fit(batches, {.epochs = 200});
  second.save(dir.file("rest"));
  EXPECT_TRUE(read_file(dir.file("rest")) == read_file(dir.file("straight")));
}

// A model of sequences that is used through three functions of its file.
struct Echo : nn::Module {
  nn::Embedding tokens = child("tokens", nn::Embedding(5, 8));
  nn::Linear mix = child("mix", nn::Linear(8)), out = child("out", nn::Linear(5));
  Tensor step(const Tensor& state, const Tensor& token) const { return tanh(mix(state) + tokens(token)); }
  Tensor forward(const Tensor& ids) const override { return out(tanh(mix(tokens(ids)))); }
};

struct Echoes final : Task {
  explicit Echoes(const Echo& net) : net(net) {}
  std::string name() const override { return "echoes"; }
  std::vector<Objective> objectives(const nn::Model&) const override {
    return {{.loss = [](const Pass& pass) {
      return LossTerm::mean(softmax_cross_entropy(pass.output(), pass["input"]));
    }}};
  }
  std::vector<nn::Entry> entries(const nn::Model&) const override {
    const Echo own = net;
    const nn::TensorSpec ids{"ids", i64, {unknown, unknown}}, token{"token", i64, {unknown}},
        state{"state", f32, {unknown, 8}};
    return {
        {"encode", {ids}, {"codes"}, {}, 0, [own](const Tensors& in) { return Tensors{own.tokens(in[0])}; }},
        {"decode_step",
         {token, state},
         {"scores", "next"},
         {{"state", "next"}},
         0,
         [own](const Tensors& in) {
           const Tensor next = own.step(in[1], in[0]);
           return Tensors{own.out(next), next};
         }},
        {"most_likely", {ids}, {"labels"}, {}, 0, [own](const Tensors& in) {
           return Tensors{argmax(own.forward(in[0]), -1)};
         }}};
  }
  Echo net;
};

TEST(Slices, ATaskPutsThreeFunctionsIntoItsFile) {
  const TempDir dir;
  random::seed(6);
  const Echo net;
  const Tensor ids = tensor<std::int64_t>({0, 1, 2, 3, 4, 1, 2, 0}, {2, 4});
  Trainer trainer(net, std::make_shared<Echoes>(net), optim::Adam(0.05));
  trainer.fit(data::tensors(ids).batch(2), {.epochs = 60});
  trainer.save(dir.file("echo.safetensors"));
  const nn::Loaded loaded = nn::load(dir.file("echo.safetensors"));
  EXPECT_EQ(loaded.entry("most_likely")({{"ids", ids}})["labels"].to_vector<std::int64_t>(),
            ids.to_vector<std::int64_t>());
  EXPECT_EQ(loaded.entry("encode")({{"ids", ids}})["codes"].shape(), (Shape{2, 4, 8}));
  const NamedTensors out = loaded.entry("decode_step")(
      {{"token", tensor<std::int64_t>({3, 1, 0}, {3})}, {"state", zeros({3, 8})}});
  EXPECT_EQ(out["scores"].shape(), (Shape{3, 5}));
  EXPECT_EQ(out["next"].to_vector<float>(),
            net.step(zeros({3, 8}), tensor<std::int64_t>({3, 1, 0}, {3})).to_vector<float>());
}

// Averages of the parameters are what a saved network predicts with.
TEST(Slices, ASavedNetworkPredictsWithTheAverages) {
  const TempDir dir;
  random::seed(6);
  const Echo net;
  const Tensor ids = tensor<std::int64_t>({0, 1, 2, 3, 4, 1, 2, 0}, {2, 4});
  Trainer trainer(net, std::make_shared<Echoes>(net), optim::Adam(0.05),
                  {.averaging = Averaging{.decay = 0.9}});
  trainer.fit(data::tensors(ids).batch(2), {.epochs = 5});
  trainer.save(dir.file("echo.safetensors"));
  nn::Loaded loaded = nn::load(dir.file("echo.safetensors"));
  const std::vector<float> averaged = trainer.predict(ids).to_vector<float>();
  EXPECT_EQ(loaded(ids).to_vector<float>(), averaged);
  EXPECT_NE(net(ids).to_vector<float>(), averaged);
  loaded.set_training(true);
  EXPECT_EQ(loaded(ids).to_vector<float>(), net(ids).to_vector<float>());
}

}  // namespace
}  // namespace luge::train
