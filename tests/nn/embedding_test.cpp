#include "luge/nn/embedding.h"

#include <gtest/gtest.h>

#include <cmath>

#include "luge/autodiff.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/options.h"
#include "support/errors.h"

namespace luge::nn {
namespace {

using testing::expect_error;

const std::vector<std::int64_t> ids = {2, 0, 2, 1};

TEST(EmbeddingLayer, GivesRowsOfItsTable) {
  const Embedding table(3, 2);
  const Tensor y = table(tensor(ids, {2, 2}));
  EXPECT_EQ(y.shape(), (Shape{2, 2, 2}));
  EXPECT_EQ(table.parameters()[0].shape(), (Shape{3, 2}));
  EXPECT_EQ(table.parameters()[0].dtype(), f32);
  const auto rows = table.parameters()[0].value().to_vector<float>(), got = y.to_vector<float>();
  for (std::size_t k = 0; k < ids.size(); ++k) {
    for (std::size_t i = 0; i < 2; ++i)
      EXPECT_EQ(got[2 * k + i], rows[2 * static_cast<std::size_t>(ids[k]) + i]);
  }
}

TEST(BadInput, C23_IdsThatAreNoWholeNumbersAreRefused) {
  const Embedding table(4, 2);
  EXPECT_EQ(table(tensor<float>({3, 0}, {2})).shape(), (Shape{2, 2}));
  for (const float bad : {1.5f, NAN, -0.5f, INFINITY, 1e30f}) {
    expect_error<IndexError>([&] { table(tensor<float>({2, bad}, {2})).to_vector<float>(); }, {"1"});
  }
  expect_error<IndexError>(
      [&] {
        table(tensor<float>({0, 1.5f}, {2})).to_vector<float>();
      },
      {"Embedding", "1.5", "position 1", "whole number"});
  expect_error<IndexError>([&] { table(tensor<float>({0, -1}, {2})).to_vector<float>(); }, {"-1", "0 to 3"});
}

TEST(EmbeddingLayer, RepeatedIdsAddUp) {
  const Embedding table(4, 2);
  const Tensor y = table(tensor(ids, {4}));
  const Tensor weight = tensor<float>({1, 2, 3, 4, 5, 6, 7, 8}, {4, 2});
  const Tensor slope = grad(sum(y * weight), table.parameters()[0]);
  EXPECT_EQ(slope.to_vector<float>(), (std::vector<float>{3, 4, 7, 8, 1 + 5, 2 + 6, 0, 0}));
}

TEST(EmbeddingLayer, BuildsFromIds) {
  const Embedding table(4, 3);
  table.build({5}, i32);
  EXPECT_TRUE(table.built());
  EXPECT_EQ(table.parameters()[0].dtype(), f32);
  const Embedding precise(4, 3);
  precise.build({5}, f64);
  EXPECT_EQ(precise(tensor(ids, {4})).dtype(), f64);
  EXPECT_EQ(precise(tensor(ids, {4})).to_vector<double>(),
            precise(tensor<double>({2, 0, 2, 1}, {4})).to_vector<double>());
}

TEST(BadInput, C11_EmbeddingOfIdsOutOfRange) {
  const Embedding table(3, 2);
  expect_error<IndexError>([&] { table(tensor<std::int64_t>({1, 3}, {2})).to_vector<float>(); }, {"3"});
  expect_error<options::OptionError>([] { Embedding(0, 2); }, {"Embedding", "0", "count is 0"});
  expect_error<DTypeError>([&] { table(zeros({2}, boolean)); }, {"Embedding 3x2", "bool", "integer"});
}

}  // namespace
}  // namespace luge::nn
