// Stages: greedy pre-training layer by layer and fine-tuning with a head, resumed bit for bit.
#include <gtest/gtest.h>

#include "luge/compile.h"
#include "luge/data/sources.h"
#include "luge/nn/activation.h"
#include "luge/nn/linear.h"
#include "luge/ops/math.h"
#include "luge/ops/random.h"
#include "luge/ops/shape.h"
#include "luge/optim/optimizers.h"
#include "luge/random.h"
#include "luge/train/callbacks.h"
#include "luge/train/stages.h"
#include "support/errors.h"
#include "support/temp_dir.h"

namespace luge::train {
namespace {

using testing::expect_error;
using testing::read_file;
using testing::TempDir;

// An autoencoder of two layers and a head on its codes.
struct Deep : nn::Module {
  explicit Deep(std::int64_t inputs, std::int64_t hidden, std::int64_t codes, std::int64_t classes)
      : encode1(child("encode1", nn::Linear(hidden))),
        encode2(child("encode2", nn::Linear(codes))),
        decode2(child("decode2", nn::Linear(hidden))),
        decode1(child("decode1", nn::Linear(inputs))),
        head(child("head", nn::Linear(classes))) {
    build({inputs});
    decode2.build({codes});
    decode1.build({hidden});
  }
  nn::Linear encode1, encode2, decode2, decode1, head;
  Tensor first(const Tensor& x) const { return sigmoid(encode1(x)); }
  Tensor second(const Tensor& codes) const { return sigmoid(encode2(codes)); }
  Tensor rebuilt(const Tensor& x) const { return decode1(sigmoid(decode2(second(first(x))))); }
  Tensor forward(const Tensor& x) const override { return head(second(first(x))); }
};

// The task of giving back the input of a part of the network.
struct Rebuild final : Task {
  Rebuild(std::string what, std::function<Tensor(const Tensor&)> function)
      : what(std::move(what)), function(std::move(function)) {}
  std::string name() const override { return "rebuild " + what; }
  std::vector<Objective> objectives(const nn::Model&) const override {
    return {{.loss = [own = function](const Pass& pass) {
      return LossTerm::mean(square(own(pass["input"]) - pass["input"]));
    }}};
  }
  std::string what;
  std::function<Tensor(const Tensor&)> function;
};

std::vector<Stage> stages_of(const Deep& net, const data::Dataset& data, std::int64_t batch,
                             std::int64_t epochs) {
  const auto inputs = data.fields({"input"});
  const auto shuffled = [batch](const data::Dataset& of) { return of.shuffle({.seed = 7}).batch(batch); };
  // The codes of the first layer, computed once.
  const auto codes = [net, inputs] {
    auto code = compile([net](const Tensor& x) { return net.first(x); });
    Tensors all;
    for (const data::Batch& own : inputs.batch(100)) all.push_back(code(own.input));
    return data::tensors(concat(all, 0));
  };
  return {
      {.name = "layer 1",
       .task = std::make_shared<Rebuild>("1", [net](const Tensor& x) { return net.decode1(net.first(x)); }),
       .optimizers = {{"*", optim::Adam(2e-3)}},
       .data = [=] { return StageData{shuffled(inputs)}; },
       .epochs = epochs,
       .trainable = {"encode1.*", "decode1.*"}},
      {.name = "layer 2",
       .task = std::make_shared<Rebuild>("2", [net](const Tensor& x) { return net.decode2(net.second(x)); }),
       .optimizers = {{"*", optim::Adam(2e-3)}},
       .data = [=] { return StageData{shuffled(codes())}; },
       .epochs = epochs,
       .trainable = {"encode2.*", "decode2.*"}},
      {.name = "whole",
       .task = std::make_shared<Rebuild>("all", [net](const Tensor& x) { return net.rebuilt(x); }),
       .optimizers = {{"*", optim::Adam(1e-3)}},
       .data =
           [=] {
             return StageData{shuffled(inputs), inputs.batch(200)};
           },
       .epochs = epochs,
       .trainable = {"encode*", "decode*"}},
      {.name = "head",
       .task = supervised(loss::SoftmaxCrossEntropy(), {metrics::Accuracy()}),
       .optimizers = {{"*", optim::Momentum(0.1, {.momentum = 0.5})}},
       .data =
           [=] {
             return StageData{shuffled(data), data.batch(200)};
           },
       .epochs = epochs,
       .trainable = {"encode2.*", "head.*"}}};
}

data::Dataset small_data() {
  random::seed(8);
  const Tensor x = random::uniform({40, 6});
  std::vector<std::int64_t> labels;
  for (std::int64_t i = 0; i < 40; ++i) labels.push_back(i % 3);
  return data::tensors(x, tensor(labels, {40}));
}

Deep small_net() {
  random::seed(3);
  return Deep(6, 5, 4, 3);
}

TEST(Stages, EachTrainsItsOwnParametersAndLeavesTheRest) {
  const Deep net = small_net();
  const std::vector<float> head = net.head.weight.value().to_vector<float>(),
                           second = net.encode2.weight.value().to_vector<float>();
  std::vector<Stage> list = stages_of(net, small_data(), 8, 2);
  list.resize(1);
  const History history = Stages(net, list).fit();
  EXPECT_EQ(net.head.weight.value().to_vector<float>(), head);
  EXPECT_EQ(net.encode2.weight.value().to_vector<float>(), second);
  EXPECT_EQ(history.epochs.size(), 2u);
  EXPECT_EQ(history.epochs[0].stage, "layer 1");
  for (const Variable& parameter : net.parameters()) EXPECT_TRUE(parameter.trainable());
}

TEST(Stages, ResumeBitForBitWhereverTheyWereStopped) {
  const TempDir dir;
  const data::Dataset data = small_data();
  const auto checkpointed = [&](const char* folder, std::int64_t stop) {
    const auto steps = std::make_shared<std::int64_t>(0);
    return StagesOptions{.callbacks = [=, &dir] {
      return std::vector<CallbackRef>{stop_when([=] { return ++*steps == stop; }, "test"),
                                      checkpoint(dir.path() / folder)};
    }};
  };
  const Deep whole = small_net();
  Stages straight(whole, stages_of(whole, data, 8, 2));
  const History history = straight.fit(checkpointed("straight", 0));
  EXPECT_EQ(history.epochs.size(), 8u);
  EXPECT_EQ(straight.stage(), 4u);
  straight.save(dir.file("straight.safetensors"));
  // 5 steps an epoch, 2 epochs a stage: within each stage, at an epoch's end, and at a stage's end.
  for (const std::int64_t stop : {3, 10, 13, 15, 24, 30, 37}) {
    const std::string folder = "part" + std::to_string(stop);
    {
      const Deep net = small_net();
      Stages(net, stages_of(net, data, 8, 2)).fit(checkpointed(folder.c_str(), stop));
    }
    random::seed(77);
    const Deep net = Deep(6, 5, 4, 3);
    Stages again(net, stages_of(net, data, 8, 2));
    again.restore((dir.path() / folder / "checkpoints/last.safetensors").string());
    const History rest = again.fit(checkpointed(folder.c_str(), 0));
    again.save(dir.file("again.safetensors"));
    EXPECT_TRUE(read_file(dir.file("again.safetensors")) == read_file(dir.file("straight.safetensors")))
        << stop;
    EXPECT_EQ(rest.epochs.size(), 8u) << stop;
  }
  EXPECT_EQ(read_file(dir.path() / "straight/metrics.csv").substr(0, 16), "stage,epoch,step");
}

TEST(Stages, ACallbackOfAStageEndsThatStageAndASharedOneEndsAll) {
  const Deep net = small_net();
  std::vector<Stage> list = stages_of(net, small_data(), 8, 3);
  list[0].callbacks = {stop_when([] { return true; }, "enough")};
  list[1].steps = 7;
  Stages stages(net, list);
  std::int64_t begun = 0;
  const History history = stages.fit({.callbacks = [&] {
    ++begun;
    return begun == 4 ? std::vector<CallbackRef>{stop_when([] { return true; }, "all of it")}
                      : std::vector<CallbackRef>{};
  }});
  EXPECT_EQ(begun, 4);
  EXPECT_EQ(history.stop_reason, "all of it");
  EXPECT_EQ(history.steps, 1 + 7 + 15 + 1);
  EXPECT_EQ(stages.stage(), 3u);
}

TEST(Stages, AStageIsJudgedByItsOwnEpochs) {
  const Deep net = small_net();
  std::vector<Stage> list = stages_of(net, small_data(), 8, 2);
  list.resize(2);
  // Reached by the first stage, whose loss is smaller, and not by the second.
  list[1].callbacks = {stop_at("loss", 0.2), early_stopping({.monitor = "loss", .patience = 1})};
  list[0].callbacks = {list[1].callbacks[1]};
  const History history = Stages(net, list).fit();
  ASSERT_EQ(history.epochs.size(), 4u);
  EXPECT_EQ(history.epochs[2].stage, "layer 2");
}

TEST(Stages, OneThatWasStoppedBeginsAgain) {
  const Deep net = small_net();
  std::vector<Stage> list = stages_of(net, small_data(), 8, 2);
  list.resize(2);
  Stages stages(net, list);
  std::int64_t steps = 0;
  stages.fit({.callbacks = [&] {
    return std::vector<CallbackRef>{stop_when([&] { return ++steps == 7; }, "test")};
  }});
  EXPECT_EQ(stages.stage(), 0u);
  const History history = stages.fit();
  EXPECT_EQ(history.epochs.size(), 4u);
  EXPECT_EQ(history.steps, 20);
  EXPECT_EQ(stages.fit().epochs.size(), 4u);
}

TEST(Stages, WhatIsWrongIsNamed) {
  const Deep net = small_net();
  std::vector<Stage> list = stages_of(net, small_data(), 8, 1);
  const auto with = [&](const std::function<void(std::vector<Stage>&)>& change) {
    std::vector<Stage> changed = list;
    change(changed);
    return [net, changed] { Stages stages(net, changed); };
  };
  expect_error<ValueError>(with([](auto& l) { l.clear(); }), {"there are none"});
  expect_error<ValueError>(with([](auto& l) { l[1].name = l[0].name; }), {"'layer 1'", "twice"});
  expect_error<ValueError>(with([](auto& l) { l[1].name.clear(); }), {"no name"});
  expect_error<ValueError>(with([](auto& l) { l[1].task = nullptr; }), {"'layer 2'", "no task"});
  expect_error<ValueError>(with([](auto& l) { l[1].data = nullptr; }), {"'layer 2'", "no data"});
  expect_error<ValueError>(with([](auto& l) { l[1].optimizers.clear(); }), {"'layer 2'", "no optimizer"});
  expect_error<ValueError>(with([](auto& l) { l[1].epochs = -1; }), {"epochs = -1"});
  expect_error<ValueError>(with([](auto& l) { l[1].trainable.clear(); }), {"trains no parameters"});
  list[0].trainable = {"encoder.*"};
  Stages wrong(net, list);
  expect_error<ValueError>([&] { wrong.fit(); }, {"encoder.*"});
  for (const Variable& parameter : net.parameters()) EXPECT_TRUE(parameter.trainable());
  const TempDir dir;
  list[0].trainable = {"*"};
  Stages right(net, {list[0]});
  right.fit();
  right.save(dir.file("one"));
  list[0].name = "another";
  Stages other(net, list);
  expect_error<FormatError>([&] { other.restore(dir.file("one")); }, {"'layer 1'", "do not have"});
}

TEST(BadInput, C27_AStageOfNoEpochsTrainsNothingAndTheNextBegins) {
  const Deep net = small_net();
  std::vector<Stage> list = stages_of(net, small_data(), 8, 1);
  list[0].epochs = 0;
  const std::vector<float> first = net.encode1.weight.value().to_vector<float>();
  list.resize(2);
  const History history = Stages(net, list).fit();
  EXPECT_EQ(net.encode1.weight.value().to_vector<float>(), first);
  ASSERT_EQ(history.epochs.size(), 1u);
  EXPECT_EQ(history.epochs[0].stage, "layer 2");
}

// The real thing: Fashion-MNIST, 784-256-64 with a head.
TEST(SlowStages, PretrainingLayerByLayerAndAHeadOnFashionMnist) {
  std::optional<data::TrainTest> found;
  try {
    found = data::fashion_mnist();
  } catch (const FileError& error) {
    GTEST_SKIP() << error.what();
  }
  const data::TrainTest& parts = *found;
  const auto flat = [](const data::Dataset& of, std::int64_t count) {
    return of.take(count).map([](data::Sample sample) {
      sample.input.field.shape = {784};
      return sample;
    });
  };
  random::seed(1);
  const Deep net(784, 256, 64, 10);
  const data::Dataset train = flat(parts.train, 20000), test = flat(parts.test, 10000);
  std::vector<Stage> list = stages_of(net, train, 100, 4);
  list.back().epochs = 24;
  list.back().data = [=] { return StageData{train.shuffle({.seed = 7}).batch(100), test.batch(500)}; };
  list.back().trainable = {"encode*", "head.*"};
  const History history = Stages(net, list).fit();
  for (std::size_t k = 0; k < history.epochs.size(); ++k) {
    const EpochRecord& epoch = history.epochs[k];
    std::printf("%-8s epoch %2lld  loss %.4f\n", epoch.stage.c_str(), static_cast<long long>(epoch.epoch + 1),
                value_of(epoch.logs, "loss"));
  }
  EXPECT_LT(value_of(history.epochs[3].logs, "loss"), value_of(history.epochs[0].logs, "loss"));
  EXPECT_LT(value_of(history.epochs[7].logs, "loss"), value_of(history.epochs[4].logs, "loss"));
  EXPECT_LT(value_of(history.epochs[11].logs, "loss"), value_of(history.epochs[8].logs, "loss"));
  EXPECT_GT(value_of(history.epochs.back().logs, "val_accuracy"), 0.84);
}

}  // namespace
}  // namespace luge::train
