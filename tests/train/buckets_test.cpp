// Data of many lengths compiles one program for each bucket, not one for each length.
#include <gtest/gtest.h>

#include <set>

#include "luge/autodiff.h"
#include "luge/compile.h"
#include "luge/data/batches.h"
#include "luge/data/sources.h"
#include "luge/loss/loss.h"
#include "luge/nn/embedding.h"
#include "luge/nn/linear.h"
#include "luge/nn/recurrent.h"
#include "luge/nn/sequential.h"
#include "luge/optim/optimizers.h"
#include "luge/random.h"

namespace luge::train {
namespace {

// Record i: 1 to 30 tokens.
data::Dataset sentences(std::int64_t count) {
  std::vector<data::Record> list;
  for (std::int64_t i = 0; i < count; ++i) {
    data::HostArray tokens({i64, {1 + i * 7 % 30}}), label({i64, {}});
    for (std::int64_t& token : tokens.as<std::int64_t>()) token = i % 5;
    label.as<std::int64_t>()[0] = i % 5;
    list.push_back({{"input", tokens}, {"target", label}});
  }
  return data::records(std::move(list));
}

TEST(Buckets, BoundTheNumberOfCompiledPrograms) {
  random::seed(2);
  const auto net = nn::sequential(nn::Embedding(5, 4), nn::LSTM(6, {.last_only = true}), nn::Linear(5));
  const optim::GradientDescent sgd(0.1);
  const loss::SoftmaxCrossEntropy loss;
  const auto compiled_for = [&](const data::Collate& collate) {
    const data::Dataset data = sentences(120).shuffle({.seed = 3});
    const auto batches = data.similar("input", 4, 40).batch(4, {.collate = {{"input", collate}}});
    const auto step = compile([&](const Tensor& input, const Tensor& length, const Tensor& target) {
      const Tensor value = loss(net(nn::Padded{input, length}).values, target);
      sgd.step(net.parameters(), grad(value, net.parameters()));
      return value;
    });
    net.build(NamedTensors{{"input", zeros({4, 8}, i64)}});
    std::set<std::int64_t> extents;
    std::uint64_t programs = 0;
    for (std::int64_t epoch = 0; epoch < 3; ++epoch) {
      const std::uint64_t before = compilations();
      auto pass = batches.epoch(epoch);
      while (const auto host = pass.next()) {
        const data::Batch batch = host->to_tensors();
        extents.insert(batch.input.extent(1));
        step(batch.input, batch["input.length"], batch.target).item<float>();
      }
      programs += compilations() - before;
    }
    EXPECT_EQ(step.traces(), extents.size());
    return std::pair(programs, extents.size());
  };
  // In this order: programs are kept, and the last way needs all extents.
  const auto [in_buckets, buckets] = compiled_for(data::Collate::pad({.buckets = {10, 20, 30}}));
  EXPECT_EQ(buckets, 3u);
  EXPECT_EQ(in_buckets, 3u);
  const auto [by_default, powers] = compiled_for(data::Collate::pad());
  EXPECT_EQ(powers, 3u);  // 8, 16 and 32
  EXPECT_EQ(by_default, 3u);
  const auto [exact, lengths] = compiled_for(data::Collate::pad({.multiple = 1}));
  EXPECT_GT(lengths, 12u);
  EXPECT_GT(exact, 8u);
}

}  // namespace
}  // namespace luge::train
