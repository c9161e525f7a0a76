// Targets as those of CTC: frames f32[?,3] and labels i64[?] of other extents, both padded. The loss compares
// how often each class occurs: aggregation cross-entropy (Xie et al. 2019), which needs both lengths.
#include <gtest/gtest.h>

#include "luge/luge.h"

namespace luge::train {
namespace {

constexpr std::int64_t kClasses = 4;  // the last one is the blank

// One to five labels; each is heard in two to three frames that show its class.
data::Dataset utterances(std::int64_t count) {
  std::vector<data::Record> list;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t labels = 1 + i % 5, each = 2 + i % 2;
    data::HostArray frames({f64, {labels * each, 3}}), target({i64, {labels}});
    for (std::int64_t k = 0; k < labels; ++k) {
      const std::int64_t label = (i * i + k) % 3;
      target.as<std::int64_t>()[static_cast<std::size_t>(k)] = label;
      for (std::int64_t t = k * each; t < (k + 1) * each; ++t)
        frames.as<double>()[static_cast<std::size_t>(3 * t + label)] = 1;
    }
    list.push_back({{"frames", frames}, {"labels", target}});
  }
  return data::records(std::move(list));
}

Tensor cost_of(const nn::Padded& logits, const nn::Padded& labels) {
  const Tensor frames = cast(unsqueeze(logits.length, 1), f64);
  const Tensor shares = sum(where(logits.expanded_mask(), softmax(logits.values), 0), 1) / frames;
  const Tensor each = where(unsqueeze(labels.mask(), 2), one_hot(labels.filled(), kClasses, f64), 0);
  const Tensor blanks = one_hot(full({1}, kClasses - 1, i64), kClasses, f64) *
                        (frames - cast(unsqueeze(labels.length, 1), f64));
  return mean(-sum((sum(each, 1) + blanks) / frames * log(shares + 1e-10), 1));
}

TEST(CtcShaped, TwoFieldsOfDifferentExtentsTrain) {
  random::seed(6);
  const auto body = nn::sequential(nn::Conv1d(8, {.kernel = 3, .padding = nn::same}), nn::Tanh());
  const auto head = nn::sequential(nn::GRU(8), nn::Linear(kClasses));
  const auto net = [&](const nn::Padded& frames) { return head(body(frames.transposed()).transposed()); };
  const auto run = [&](const data::Batch& batch) {
    return cost_of(net(nn::Padded{batch["frames"], batch["frames.length"]}),
                   nn::Padded{batch["labels"], batch["labels.length"]});
  };
  const auto batch_of = [](std::int64_t frames, std::int64_t labels) {
    return *utterances(20)
                .batch(20, {.collate = {{"frames", data::Collate::pad({.value = 9, .buckets = {frames}})},
                                        {"labels", data::Collate::pad({.value = -1, .buckets = {labels}})}}})
                .epoch(0)
                .begin();
  };
  const data::Batch near = batch_of(15, 5), far = batch_of(30, 10);
  const double before = run(near).item<double>();
  EXPECT_NEAR(before, run(far).item<double>(), 1e-12);
  Variables parameters = body.parameters();
  for (const Variable& parameter : head.parameters()) parameters.push_back(parameter);
  for (const Variable& parameter : parameters) {
    const auto a = grad(run(near), parameter).to_vector<double>(),
               b = grad(run(far), parameter).to_vector<double>();
    for (std::size_t i = 0; i < a.size(); ++i) ASSERT_NEAR(a[i], b[i], 1e-12) << parameter.name();
  }
  optim::Adam adam(0.05);
  for (int step = 0; step < 60; ++step)
    adam.step(parameters, grad(run(step % 2 == 0 ? near : far), parameters));
  EXPECT_LT(run(near).item<double>(), 0.85 * before);
}

}  // namespace
}  // namespace luge::train
