// Reshape, Permute, TimeDistributed, Lambda, Bilinear, PositionalEncoding and Embedding: what the contract
// does not see, and bad input.
#include "luge/nn/rearrange.h"

#include <gtest/gtest.h>

#include <cmath>

#include "luge/autodiff.h"
#include "luge/nn/bilinear.h"
#include "luge/nn/conv.h"
#include "luge/nn/embedding.h"
#include "luge/nn/lambda.h"
#include "luge/nn/layers.h"
#include "luge/nn/linear.h"
#include "luge/nn/positional.h"
#include "luge/nn/sequential.h"
#include "luge/nn/summary.h"
#include "luge/nn/time_distributed.h"
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/random.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "luge/random.h"
#include "support/errors.h"

namespace luge::nn {
namespace {

using options::OptionError;
using testing::expect_error;

TEST(Rearranging, ElementsGoWhereTheOpsPutThem) {
  const Tensor x = reshape(arange(0, 24, 1, f32), {2, 3, 4});
  EXPECT_EQ(Reshape({4, 3})(x).to_vector<float>(), x.to_vector<float>());
  EXPECT_EQ(Reshape({4, -1})(x).shape(), Shape({2, 4, 3}));
  EXPECT_EQ(Permute({2, 1})(x).to_vector<float>(), transpose(x).to_vector<float>());
  EXPECT_EQ(Reshape({2, 3, 2})(zeros({0, 3, 4})).shape(), Shape({0, 2, 3, 2}));
}

TEST(TimeDistributedLayer, SeesEachStepAlone) {
  random::seed(1);
  const TimeDistributed net(sequential(Conv2d(2), Lambda("square")));
  const Tensor x = random::uniform({3, 2, 1, 4, 5}, -1, 1);
  const Tensor y = net(x);
  EXPECT_EQ(y.shape(), Shape({3, 2, 2, 2, 3}));
  const Module& inner = *net.children()[0].second;
  const auto got = select(y, 1, 1).to_vector<float>(), alone = inner(select(x, 1, 1)).to_vector<float>();
  for (std::size_t k = 0; k < got.size(); ++k) EXPECT_NEAR(got[k], alone[k], 1e-5);
  EXPECT_EQ(net(zeros({2, 0, 1, 4, 5})).shape(), Shape({2, 0, 2, 2, 3}));
  const Summary all = summary(net, {2, 1, 4, 5}), one = summary(inner, {1, 4, 5});
  EXPECT_EQ(all.parameters, 20);
  EXPECT_EQ(all.macs, 2 * one.macs);
  EXPECT_EQ(all.connections, 2 * one.connections);
}

TEST(LambdaLayer, TakesFunctionsOfYourOwn) {
  EXPECT_TRUE(
      add_function("reverse steps", "the steps in reverse", [](const Tensor& x) { return flip(x, {1}); }));
  EXPECT_FALSE(add_function("square", "again", [](const Tensor& x) { return x; }));
  const Lambda net("reverse steps");
  EXPECT_EQ(net(tensor({1.f, 2.f}, {1, 2})).to_vector<float>(), (std::vector<float>{2, 1}));
  EXPECT_EQ(net.text()->name, "lambda");
  const Padded padded{zeros({1, 3}), tensor({std::int64_t{2}}, {1})};
  expect_error<ValueError>([&] { net(padded); }, {"Lambda reverse steps", "padded positions"});
  EXPECT_EQ(Lambda("exp")(padded).length.shape(), Shape({1}));
  expect_error<ValueError>([] { Lambda("squar"); }, {"'squar'", "did you mean square"});
  expect_error<OptionError>(
      [] {
        layer("lambda", {{"function", "squar"}});
      },
      {"lambda", "function", "square"});
}

TEST(EmbeddingLayer, PaddingLearnsNothing) {
  random::seed(2);
  const Embedding table(4, 3, {.padding_index = 1, .scale = true});
  const Tensor ids = tensor(std::vector<std::int64_t>{0, 1, 1, 3}, {2, 2});
  const Tensor y = table(ids);
  EXPECT_EQ(table.weight.value()[1].to_vector<float>(), (std::vector<float>{0, 0, 0}));
  const auto gradient = grad(sum(y), table.weight.variable()).to_vector<float>();
  EXPECT_EQ(std::vector<float>(gradient.begin() + 3, gradient.begin() + 6), (std::vector<float>{0, 0, 0}));
  EXPECT_NEAR(gradient[0], std::sqrt(3.f), 1e-6);
  EXPECT_EQ(gradient[6], 0);
  expect_error<OptionError>([] { Embedding(4, 3, {.padding_index = 4}); },
                            {"Embedding", "padding_index is 4", "0 to 3"});
  expect_error<OptionError>([] { Embedding(4, 3, {.padding_index = -1}); },
                            {"Embedding", "padding_index is -1"});
}

TEST(BadInput, C06_ShapesOfSamples) {
  expect_error<OptionError>([] { Reshape({}); }, {"Reshape", "shape is empty"});
  expect_error<OptionError>([] { Reshape({-1, 2, -1}); }, {"Reshape", "-1 twice"});
  expect_error<OptionError>([] { Reshape({-2}); }, {"Reshape", "-2"});
  expect_error<ShapeError>([] { Reshape({5, -1})(zeros({2, 3, 4})); }, {"Reshape 5x-1", "12", "5"});
  expect_error<ShapeError>([] { Reshape({5})(zeros({2, 3})); }, {"Reshape 5"});
  expect_error<OptionError>([] { Permute({1, 1}); }, {"Permute", "[1, 1]", "each number from 1 to 2 once"});
  expect_error<OptionError>([] { Permute({2, 3}); }, {"Permute", "[2, 3]"});
  expect_error<OptionError>([] { Permute({}); }, {"Permute", "empty"});
  expect_error<ShapeError>([] { Permute({2, 1})(zeros({2, 3})); }, {"Permute 2,1", "1 axes", "expected 2"});
  expect_error<ShapeError>([] { TimeDistributed(Linear(2))(zeros({3})); }, {"no axis of steps"});
}

TEST(BadInput, C01_InputsOfTwo) {
  const Bilinear form(2);
  form({zeros({2, 3}), zeros({2, 4})});
  expect_error<ShapeError>([&] { form({zeros({2, 3}), zeros({2, 5})}); }, {"Bilinear 2", "4", "5"});
  expect_error<ShapeError>([&] { form({zeros({2, 3}), zeros({4})}); }, {"Bilinear 2", "[N,…,4]"});
  expect_error<ShapeError>([&] { form(zeros({2, 3})); }, {"Bilinear 2", "2 (first, second)"});
  expect_error<ShapeError>(
      [] {
        PositionalEncoding(3)(zeros({2, 4, 6}));
      },
      {"PositionalEncoding 3", "[2,4,6]", "T up to 3"});
  expect_error<ShapeError>([] { PositionalEncoding(3)(zeros({2, 4})); }, {"PositionalEncoding 3"});
}

}  // namespace
}  // namespace luge::nn
