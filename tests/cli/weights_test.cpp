// Folders that a program's train::checkpoint wrote, and trainings that begin with weights of another.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "luge/data/normalizer.h"
#include "luge/data/sources.h"
#include "luge/loss/loss.h"
#include "luge/nn/activation.h"
#include "luge/nn/linear.h"
#include "luge/nn/sequential.h"
#include "luge/optim/optimizers.h"
#include "luge/random.h"
#include "luge/train/callbacks.h"
#include "luge/train/trainer.h"
#include "support/command.h"
#include "support/temp_dir.h"

namespace luge {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::luge;
using testing::says;
using testing::TempDir;

std::string shapes(int kinds = 2) {
  std::string table = "width,height,kind\n";
  for (int i = 0; i < 60; ++i) table += fmt::format("{},{},kind{}\n", i % kinds * 3 + 0.5, i % 5, i % kinds);
  return table;
}

// What a program of one's own does with the table.
void train_here(const fs::path& table, const fs::path& folder) {
  random::seed(1);
  const auto raw = data::csv(table);
  const auto [fit, valid] = raw.split(0.8);
  const data::Affine scaling = data::fit_scaling(fit, data::Scaling::standardize);
  train::Trainer trainer(nn::sequential(nn::Linear(8), nn::Tanh(), nn::Linear(2)),
                         loss::SoftmaxCrossEntropy(), optim::Adam(0.05), {.metrics = {metrics::Accuracy()}});
  trainer.fit(
      fit.affine(scaling).batch(8),
      {.epochs = 10, .validation = valid.affine(scaling).batch(8), .callbacks = {train::checkpoint(folder)}});
}

TEST(Folders, WhatAProgramWroteIsEvaluatedAndAsked) {
  const TempDir dir;
  dir.write("kinds.csv", shapes());
  train_here(dir.path() / "kinds.csv", dir.path() / "mine");
  for (const std::string where : {"run=mine", "model=mine", "model=mine/checkpoints/best.safetensors",
                                  "model=mine/checkpoints/last.safetensors"}) {
    const auto ran = luge({"eval", where, "data=kinds.csv", "--json"}, dir.path());
    ASSERT_EQ(ran.code, 0) << where << ": " << ran.err;
    const auto figures = json::parse(ran.out);
    EXPECT_EQ(figures.at("samples"), 60);
    EXPECT_EQ(figures.at("metrics").at("accuracy"), 1.0) << "the scaling is the network's own";
    EXPECT_EQ(figures.at("per_class").at(1).at("label"), "kind1");
    dir.write("new.csv", "height,width\n1,3.4\n");
    const auto predicted = luge({"predict", where, "input=new.csv", "--json"}, dir.path());
    ASSERT_EQ(predicted.code, 0) << predicted.err;
    EXPECT_EQ(json::parse(predicted.out).at(0).at("top").at(0).at("label"), "kind1");
  }
  const auto unnamed = luge({"eval", "run=mine"}, dir.path());
  EXPECT_EQ(unnamed.code, 2);
  EXPECT_TRUE(says(unnamed.err, "'kinds'") && says(unnamed.err, "data=")) << unnamed.err;
  const auto resumed = luge({"resume", "run=mine"}, dir.path());
  EXPECT_EQ(resumed.code, 1);
  EXPECT_TRUE(says(resumed.err, "config.toml") && says(resumed.err, "train::checkpoint")) << resumed.err;
}

TEST(Init, ATrainingBeginsWithWeightsOfAnother) {
  const TempDir dir;
  dir.write("shapes.csv", shapes());
  ASSERT_EQ(luge({"train", "model=mlp", "data=shapes.csv", "epochs=20", "run.dir=first"}, dir.path()).code,
            0);
  for (const std::string init : {"init=first", "init=first/checkpoints/last.safetensors"}) {
    const auto ran =
        luge({"train", "model=mlp", "data=shapes.csv", "epochs=1", "lr=1e-6", init, "--json"}, dir.path());
    ASSERT_EQ(ran.code, 0) << ran.err;
    EXPECT_TRUE(says(ran.err, "init: 4 tensors from")) << ran.err;
    EXPECT_EQ(json::parse(ran.out).at("metrics").at("accuracy"), 1.0) << "it knows what the other learned";
    EXPECT_EQ(luge({"resume", "run=last", "epochs=2"}, dir.path()).code, 0);
  }
}

TEST(Init, AnotherNumberOfClassesHasANewLastLayer) {
  const TempDir dir;
  dir.write("two.csv", shapes(2));
  dir.write("three.csv", shapes(3));
  ASSERT_EQ(luge({"train", "model=mlp", "data=two.csv", "epochs=1", "run.dir=two"}, dir.path()).code, 0);
  const auto ran =
      luge({"train", "model=mlp", "data=three.csv", "epochs=1", "init=two", "--json"}, dir.path());
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_TRUE(says(ran.err, "init: 2 tensors")) << ran.err;
  EXPECT_TRUE(says(ran.err, "the last layer gets new weights") && says(ran.err, "[2,128]") &&
              says(ran.err, "[3,128]"))
      << ran.err;
}

TEST(BadInput, C39_WeightsOfAnotherModelAreRefusedByNames) {
  const TempDir dir;
  dir.write("two.csv", shapes(2));
  dir.write("wide.csv", "a,b,c,kind\n1,2,3,x\n2,3,4,y\n3,4,5,x\n4,5,6,y\n");
  ASSERT_EQ(luge({"train", "model=mlp", "data=two.csv", "epochs=1", "run.dir=two"}, dir.path()).code, 0);
  const auto other = luge({"train", "model=softmax-regression", "data=two.csv", "init=two"}, dir.path());
  EXPECT_EQ(other.code, 1);
  EXPECT_TRUE(says(other.err, "made by another model") && says(other.err, "extra: linear2")) << other.err;
  const auto wider = luge({"train", "model=mlp", "data=wide.csv", "init=two"}, dir.path());
  EXPECT_EQ(wider.code, 1);
  EXPECT_TRUE(says(wider.err, "of another shape: linear1.weight") && says(wider.err, "[128,2]")) << wider.err;
  const auto none = luge({"train", "model=mlp", "data=two.csv", "init=nowhere"}, dir.path());
  EXPECT_EQ(none.code, 1);
  EXPECT_TRUE(says(none.err, "nowhere")) << none.err;
  EXPECT_FALSE(fs::exists(dir.path() / "runs")) << "a refused training leaves no run behind";
}

}  // namespace
}  // namespace luge
