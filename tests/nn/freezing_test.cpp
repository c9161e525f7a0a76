// Patterns that choose parameters, and what freezing does to layers with statistics.
#include <gtest/gtest.h>

#include "luge/autodiff.h"
#include "luge/compile.h"
#include "luge/luge.h"
#include "support/errors.h"
#include "support/temp_dir.h"

namespace luge::nn {
namespace {

using testing::expect_error;
using testing::TempDir;
using Names = std::vector<std::string>;

TEST(Matches, StarsTakeAnyTextAndQuestionMarksOneByte) {
  EXPECT_TRUE(matches("*", ""));
  EXPECT_TRUE(matches("", ""));
  EXPECT_FALSE(matches("", "a"));
  EXPECT_TRUE(matches("features.*", "features.conv1.weight"));
  EXPECT_TRUE(matches("features.*", "features."));
  EXPECT_FALSE(matches("features.*", "features"));
  EXPECT_TRUE(matches("*.weight", "a.b.weight"));
  EXPECT_FALSE(matches("*.weight", "a.weight.b"));
  EXPECT_TRUE(matches("conv?.bias", "conv1.bias"));
  EXPECT_FALSE(matches("conv?.bias", "conv12.bias"));
  EXPECT_TRUE(matches("*a*b*c", "xxaxxabbxcc"));
  EXPECT_FALSE(matches("a.c", "abc"));
  EXPECT_TRUE(matches("[1]", "[1]"));
}

// Each star tried at each position would take longer than the age of the world.
TEST(Matches, ManyStarsEndSoon) {
  std::string pattern;
  for (int k = 0; k < 50; ++k) pattern += "*a";
  EXPECT_FALSE(matches(pattern + "b", std::string(2000, 'a')));
}

Sequential trunk_and_head() {
  random::seed(3);
  Sequential net;
  net.add("trunk", sequential(Linear(3), BatchNorm(), Dropout(0.5))).add("head", Linear(2));
  net.build({4});
  return net;
}

Names paths(const std::vector<NamedVariable>& variables) {
  Names result;
  for (const NamedVariable& each : variables) result.push_back(each.name);
  return result;
}

TEST(Freezing, APatternChoosesParameters) {
  const auto net = trunk_and_head();
  EXPECT_EQ(paths(net.named_parameters("head.*")), (Names{"head.weight", "head.bias"}));
  EXPECT_EQ(net.parameters("*.weight").size(), 3u);
  net.set_trainable("trunk.*", false);
  EXPECT_FALSE(net.parameters("trunk.*")[0].trainable());
  EXPECT_TRUE(net.parameters("head.*")[0].trainable());
  net.set_trainable("trunk.linear?.*", true);
  EXPECT_TRUE(net.parameters("trunk.linear1.bias")[0].trainable());
  EXPECT_FALSE(net.parameters("trunk.batchnorm1.bias")[0].trainable());
}

TEST(Freezing, APatternThatMatchesNothingSuggestsOne) {
  const auto net = trunk_and_head();
  expect_error<ValueError>([&] { net.set_trainable("trnk.*", false); },
                           {"trnk.*", "did you mean", "trunk.*", "trunk, head"});
  expect_error<ValueError>([&] { net.parameters("head.wieght"); },
                           {"head.wieght", "did you mean head.weight"});
  EXPECT_TRUE(net.parameters()[0].trainable());
}

const BatchNorm& norm_of(const Sequential& net) {
  return dynamic_cast<const BatchNorm&>(*net.children()[0].second->children()[1].second);
}

TEST(Freezing, AFrozenNormalizationUsesItsStatisticsAndKeepsThem) {
  random::seed(4);
  const BatchNorm norm;
  const Tensor x = random::normal({8, 3}, 2.0, 3.0);
  for (int k = 0; k < 3; ++k) norm(x);
  const auto mean = norm.running_mean.value().to_vector<float>();
  const auto of_batch = norm(x).to_vector<float>();
  const auto moved = norm.running_mean.value().to_vector<float>();
  EXPECT_NE(moved, mean) << "train mode moves them";
  norm.eval();
  const auto in_eval = norm(x).to_vector<float>();
  norm.train();
  norm.set_trainable(false);
  EXPECT_TRUE(norm.frozen());
  EXPECT_EQ(norm(x).to_vector<float>(), in_eval);
  EXPECT_EQ(norm.running_mean.value().to_vector<float>(), moved);
  norm.set_trainable("weight", true);  // not all of it is frozen
  EXPECT_FALSE(norm.frozen());
  EXPECT_EQ(norm(x).to_vector<float>(), of_batch);
  EXPECT_NE(norm.running_mean.value().to_vector<float>(), moved);
}

TEST(Freezing, ACompiledStepIsTracedAgainAndThawingBringsStatisticsBack) {
  const auto net = trunk_and_head();
  const BatchNorm& norm = norm_of(net);
  const auto forward = compile([&](Tensor x) { return sum(net(x)); });
  const Tensor x = random::normal({8, 4});
  const auto statistics = [&] { return norm.running_var.value().to_vector<float>(); };
  const auto first = statistics();
  forward(x);
  const auto second = statistics();
  EXPECT_NE(second, first);
  net.set_trainable("trunk.*", false);
  forward(x), forward(x);
  EXPECT_EQ(statistics(), second);
  EXPECT_EQ(forward.traces(), 2u);
  net.set_trainable("trunk.*", true);
  forward(x);
  EXPECT_NE(statistics(), second);
  EXPECT_EQ(forward.traces(), 2u) << "the first one fits again";
}

TEST(Freezing, ATrainingKeepsTheStatisticsOfAFrozenTrunk) {
  const auto net = trunk_and_head();
  net.set_trainable("trunk.*", false);
  random::seed(5);
  const Tensor x = random::normal({40, 4}, 1.0, 2.0);
  const data::Dataset data = data::tensors(x, cast(select(x, 1, 0) > 1, i64));
  const auto values = [](const std::vector<NamedVariable>& variables) {
    std::vector<std::vector<float>> all;
    for (const NamedVariable& each : variables) all.push_back(each.variable.value().to_vector<float>());
    return all;
  };
  const auto statistics = values(net.named_buffers());
  const auto trunk = values(net.named_parameters("trunk.*")), head = values(net.named_parameters("head.*"));
  train::Trainer trainer(net, loss::SoftmaxCrossEntropy(), optim::Adam(0.05));
  trainer.fit(data.batch(8), {.epochs = 2});
  EXPECT_EQ(values(net.named_buffers()), statistics);
  EXPECT_EQ(values(net.named_parameters("trunk.*")), trunk);
  EXPECT_NE(values(net.named_parameters("head.*")), head);
  net.set_trainable("trunk.*", true);
  trainer.fit(data.batch(8), {.epochs = 3});
  EXPECT_NE(values(net.named_buffers()), statistics);
  EXPECT_NE(values(net.named_parameters("trunk.*")), trunk);
}

TEST(Freezing, DropoutOfAFrozenPartStaysActive) {
  const auto net = trunk_and_head();
  net.set_trainable("trunk.*", false);
  const Tensor x = ones({4, 4});
  EXPECT_NE(net(x).to_vector<float>(), net(x).to_vector<float>());
  net.eval();
  EXPECT_FALSE(net.training());
  EXPECT_EQ(net(x).to_vector<float>(), net(x).to_vector<float>());
}

TEST(Freezing, ACloneIsFrozenToo) {
  const auto net = trunk_and_head();
  net.set_trainable("trunk.*", false);
  const auto clone = net.clone();
  EXPECT_TRUE(norm_of(clone).frozen());
  clone.set_trainable(true);
  EXPECT_TRUE(norm_of(net).frozen());
}

}  // namespace
}  // namespace luge::nn
