// Views that choose and order records: similar, split, k_fold, bootstrap, draw.
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

#include "luge/data/batches.h"
#include "luge/data/sources.h"
#include "luge/error.h"
#include "support/errors.h"
#include "support/mixed_records.h"

namespace luge::data {
namespace {

using testing::expect_error;
using testing::first_tokens;
using testing::label;
using testing::mixed;

TEST(Similar, PutsLengthsTogetherAndLosesNothing) {
  const Dataset data = mixed(96).fields({"tokens"}).shuffle({.seed = 4});
  const auto padding = [](const Batches& batches, std::int64_t epoch) {
    std::int64_t cells = 0, filled = 0;
    auto pass = batches.epoch(epoch);
    while (auto batch = pass.next()) {
      cells += batch->values["tokens"].field.shape.elements();
      for (const std::int64_t length : batch->values["tokens.length"].as<std::int64_t>()) filled += length;
    }
    return std::pair(cells, filled);
  };
  const BatchOptions exact = {.collate = {{"tokens", Collate::pad({.multiple = 1})}}};
  const auto mixed_up = padding(data.batch(8, exact), 1);
  const auto similar = padding(data.similar("tokens", 8).batch(8, exact), 1);
  EXPECT_EQ(mixed_up.second, similar.second);
  EXPECT_LT(static_cast<double>(similar.first), 1.15 * static_cast<double>(similar.second));
  EXPECT_GT(static_cast<double>(mixed_up.first), 1.4 * static_cast<double>(mixed_up.second));
  // The order of batches is new in each epoch, and the same when asked for again.
  const auto order = [&](std::int64_t epoch) {
    std::vector<std::int64_t> found;
    auto pass = data.similar("tokens", 8).batch(8, exact).epoch(epoch);
    while (auto batch = pass.next()) found.push_back(batch->values["tokens"].as<std::int64_t>()[0]);
    return found;
  };
  EXPECT_EQ(order(2), order(2));
  EXPECT_NE(order(2), order(3));
  expect_error<ValueError>([&] { data.similar("tokens", 0); }, {"batch is 0"});
  expect_error<ValueError>([&] { data.similar("words", 2); }, {"words", "tokens"});
}

TEST(Split, KeepsTheShareOfEachClass) {
  // 60 samples of class 0, 30 of class 1, 10 of class 2.
  std::vector<std::int64_t> labels;
  for (int i = 0; i < 100; ++i) labels.push_back(i % 10 < 6 ? 0 : i % 10 < 9 ? 1 : 2);
  const Dataset data = tensors(zeros({100, 2}), tensor(labels, {100}));
  const auto count = [](const Dataset& part, std::int64_t wanted) {
    std::int64_t found = 0;
    for (const Sample& sample : part) found += sample.target.as<std::int64_t>()[0] == wanted;
    return found;
  };
  const auto [train, valid] = data.split(0.8, {.seed = 3, .stratify = "target"});
  EXPECT_EQ(train.size(), 80);
  for (std::int64_t c = 0; c < 3; ++c) EXPECT_EQ(count(valid, c) * 4, count(train, c));
  for (const auto& [fit, held] : data.k_fold(5, {.seed = 1, .stratify = "target"})) {
    EXPECT_EQ(count(held, 0), 12);
    EXPECT_EQ(count(held, 1), 6);
    EXPECT_EQ(count(held, 2), 2);
    EXPECT_EQ(fit.size(), 80);
  }
  expect_error<ValueError>([&] { data.split(0.5, {.stratify = "input"}); }, {"'input'", "tensors, row 0"});
  expect_error<ValueError>([&] { data.split(0.5, {.stratify = "labels"}); }, {"labels", "target"});
}

TEST(KFold, HoldsEachSampleOutOnce) {
  const auto folds = mixed(11).k_fold(3, {.seed = 2});
  ASSERT_EQ(folds.size(), 3u);
  std::multiset<std::int64_t> held_out;
  for (const auto& [fit, held] : folds) {
    EXPECT_EQ(fit.size() + held.size(), 11);
    const auto in = first_tokens(fit), out = first_tokens(held);
    for (const std::int64_t i : out) EXPECT_EQ(std::count(in.begin(), in.end(), i), 0);
    held_out.insert(out.begin(), out.end());
    EXPECT_GE(held.size(), 3);
    EXPECT_LE(held.size(), 4);
  }
  EXPECT_EQ(held_out, (std::multiset<std::int64_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}));
  expect_error<ValueError>([] { mixed(3).k_fold(4); }, {"k is 4", "2 to 3"});
  expect_error<ValueError>([] { mixed(3).k_fold(1); }, {"k is 1"});
}

TEST(Bootstrap, LeavesAboutAThirdOut) {
  const Dataset data = tensors(zeros({2000, 1}), arange(0, 2000));
  const auto [bag, rest] = data.bootstrap(7);
  EXPECT_EQ(bag.size(), 2000);
  EXPECT_NEAR(static_cast<double>(rest.size()) / 2000, std::exp(-1.0), 0.03);
  std::set<std::int64_t> drawn, left;
  for (const Sample& sample : bag) drawn.insert(sample.target.as<std::int64_t>()[0]);
  for (const Sample& sample : rest) left.insert(sample.target.as<std::int64_t>()[0]);
  for (const std::int64_t i : left) EXPECT_FALSE(drawn.contains(i));
  EXPECT_EQ(drawn.size() + left.size(), 2000u);
}

TEST(Draw, FollowsTheWeightsAndIsNewInEachEpoch) {
  const Dataset data = mixed(4).fields({"label", "tokens"});
  const auto counts = [&](std::int64_t epoch) {
    std::vector<std::int64_t> found(4, 0);
    auto pass = data.draw(4000, {.weights = {1, 0, 2, 5}, .seed = 9}).batch(50).epoch(epoch);
    while (auto batch = pass.next()) {
      for (const std::int64_t length : batch->values["tokens.length"].as<std::int64_t>())
        ++found[static_cast<std::size_t>(length - 1)];
    }
    return found;
  };
  EXPECT_EQ(counts(0), counts(0));
  EXPECT_NE(counts(0), counts(1));
  const auto of_first = counts(0);
  EXPECT_EQ(of_first[1], 0);
  EXPECT_NEAR(static_cast<double>(of_first[0]), 500, 80);
  EXPECT_NEAR(static_cast<double>(of_first[3]), 2500, 120);
  for (const std::vector<double>& weights :
       {std::vector<double>{1, 1}, {0, 0, 0, 0}, {1, -1, 1, 1}, {1, NAN, 1, 1}, {1, INFINITY, 1, 1}})
    expect_error<ValueError>([&] { data.draw(3, {.weights = weights}); }, {"draw"});
  expect_error<ValueError>([&] { data.draw(-1); }, {"count is -1"});
}

// Prefetching threads give the same batches of ragged records, in order.

}  // namespace
}  // namespace luge::data
