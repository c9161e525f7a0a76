// Sums over batches in graph mode and in loops of one's own: loss, metrics and accumulated gradients are
// those of the whole, however it is cut.
#include <gtest/gtest.h>

#include <algorithm>

#include "luge/luge.h"
#include "support/errors.h"

namespace luge {
namespace {

using testing::expect_error;

constexpr std::int64_t kSamples = 14;

// A network of one layer, its loss with class weights and ignored labels, and the samples it is fed.
struct Subject {
  Tensor x = graph::placeholder(f32, {unknown, 2}, "x"), y = graph::placeholder(i64, {unknown}, "y");
  Variable w{tensor<float>({0.5f, -0.2f, 0.1f, 0.3f, 0.7f, -0.6f}, {2, 3}), "w"};
  loss::Loss loss = loss::SoftmaxCrossEntropy({.class_weights = {1, 10, 0.5}, .ignore_index = -1});
  Tensor logits = matmul(x, w);
  Tensor inputs, labels;

  Subject() {
    std::vector<float> values;
    std::vector<std::int64_t> classes;
    for (std::int64_t i = 0; i < kSamples; ++i) {
      values.push_back(static_cast<float>(i % 5) / 2 - 1);
      values.push_back(static_cast<float>(i % 3) - 1);
      classes.push_back(i % 5 == 1 ? -1 : i * i % 3);
    }
    inputs = tensor(values, {kSamples, 2});
    labels = tensor(classes, {kSamples});
  }
  std::vector<graph::Feed> feed(std::int64_t first, std::int64_t last) const {
    return {{x, slice(inputs, {.start = first, .stop = last})},
            {y, slice(labels, {.start = first, .stop = last})}};
  }
};

TEST(GraphSums, LossAndMetricsAreThoseOfTheWhole) {
  const Subject s;
  const std::vector<metrics::Metric> measured = {metrics::Accuracy(), metrics::TopK(2),
                                                 metrics::ConfusionMatrix(3)};
  const loss::Sums sums = s.loss.sums(s.logits, s.y);
  Variable cost(scalar(0.0, f64), "cost"), weight(scalar(0.0, f64), "weight");
  const graph::Operation add = graph::record([&] {
    for (const metrics::Metric& metric : measured)
      metric.update(s.logits, s.y, s.loss.counted(s.logits, s.y));
    cost.assign(cost + sums.cost);
    weight.assign(weight + sums.weight);
  });
  const auto figures = [&](std::int64_t batch) {
    graph::Session session;
    session.run(graph::initialize_all());
    for (std::int64_t i = 0; i < kSamples; i += batch)
      session.run(add, s.feed(i, std::min(i + batch, kSamples)));
    std::vector<double> all = {session.run(loss::Loss::mean({cost.value(), weight.value()})).item<double>()};
    for (const metrics::Metric& metric : measured) {
      const auto values = session.run(metric.result()).to_vector<double>();
      all.insert(all.end(), values.begin(), values.end());
    }
    return all;
  };
  const std::vector<double> whole = figures(kSamples);
  EXPECT_NEAR(whole[0], s.loss(matmul(s.inputs, s.w), s.labels).item<double>(), 1e-6);
  EXPECT_GT(whole[1], 0.1);
  for (const std::int64_t batch : {1, 2, 4, 5}) {
    const std::vector<double> parts = figures(batch);
    for (std::size_t k = 0; k < whole.size(); ++k)
      EXPECT_NEAR(parts[k], whole[k], 1e-6) << batch << ", figure " << k;
  }
  EXPECT_EQ(measured[0].value(), 0) << "the session's sums are its own";
}

TEST(GraphSums, AccumulatedBatchesAreOneBatch) {
  const auto trained = [](std::int64_t batch) {
    const Subject s;
    const loss::Sums sums = s.loss.sums(s.logits, s.y);
    const Tensors gradients = grad(sums.cost, {s.w});
    const optim::Momentum optimizer(0.1);
    optimizer.accumulate_gradients();
    const std::vector<nn::NamedVariable> named = {{"w", s.w}};
    const auto accumulate = graph::record([&] { optimizer.accumulate(named, gradients, sums.weight); });
    const auto step = graph::record([&] { optimizer.step(named, gradients, sums.weight); });
    graph::Session session;
    session.run(graph::initialize_all());
    for (int epoch = 0; epoch < 3; ++epoch) {
      for (std::int64_t i = 0; i < kSamples; i += batch) {
        const bool last = i + batch >= kSamples;
        session.run(last ? step : accumulate, s.feed(i, last ? kSamples : i + batch));
      }
    }
    return session.value(s.w).to_vector<double>();
  };
  const auto whole = trained(kSamples);
  EXPECT_GT(std::abs(whole[0] - 0.5), 1e-3);
  for (const std::int64_t batch : {1, 3, 4, 5, 13}) {
    const auto parts = trained(batch);
    for (std::size_t k = 0; k < whole.size(); ++k) EXPECT_NEAR(parts[k], whole[k], 1e-5) << batch;
  }
}

// The mean of a loss in a loop of one's own, where some labels are ignored.
TEST(LoopSums, AMeanIsOfWhatCounts) {
  const Subject s;
  const loss::Loss loss = loss::SoftmaxCrossEntropy({.ignore_index = -1});
  const Tensor logits = matmul(s.inputs, s.w);
  const double whole = loss(logits, s.labels).item<double>();
  for (const std::int64_t batch : {1, 2, 4, 5, 14}) {
    const metrics::Mean mean("loss");
    for (std::int64_t i = 0; i < kSamples; i += batch) {
      const Tensor z = slice(logits, {.start = i, .stop = i + batch}),
                   y = slice(s.labels, {.start = i, .stop = i + batch});
      mean.update(loss(z, y), y, loss.counted(z, y));
    }
    EXPECT_NEAR(mean.value(), whole, 1e-6) << batch;
  }
}

TEST(Accumulation, TakesAllGradientsWithWeightsOrNone) {
  const Variable w(zeros({1}), "w");
  const std::vector<nn::NamedVariable> named = {{"w", w}};
  for (const bool weighed : {true, false}) {
    const optim::GradientDescent descent(1.0);
    descent.accumulate_gradients();
    const Tensor weight = weighed ? scalar(2.0) : Tensor(), other = weighed ? Tensor() : scalar(2.0);
    descent.accumulate(named, {ones({1})}, weight);
    expect_error<ValueError>([&] { descent.accumulate(named, {ones({1})}, other); },
                             {"accumulated", "weight"});
    expect_error<ValueError>([&] { descent.step(named, {ones({1})}, other); }, {"accumulated", "weight"});
    EXPECT_EQ(w.value().item<float>(), 0);
    descent.forget_accumulated();
    descent.accumulate(named, {ones({1})}, other);
  }
}

// A parameter that the last batch of a group does not reach moves by what the others gave it.
TEST(Accumulation, CountsForParametersWithoutAGradientNow) {
  const Variable a(zeros({1}), "a"), b(zeros({1}), "b"), never(ones({1}), "never");
  const std::vector<nn::NamedVariable> named = {{"a", a}, {"b", b}, {"never", never}};
  const optim::GradientDescent descent(1.0, {.weight_decay = 0.1});
  descent.accumulate_gradients();
  descent.accumulate(named, {full({1}, 6.0), full({1}, 4.0), Tensor()}, scalar(2.0));
  descent.step(named, {full({1}, 2.0), Tensor(), Tensor()}, scalar(2.0));
  EXPECT_EQ(a.value().item<float>(), -2);
  EXPECT_EQ(b.value().item<float>(), -1);
  EXPECT_EQ(never.value().item<float>(), 1);
}

}  // namespace
}  // namespace luge
